"""Endpoints of X's API that post, delete and hide, and that send and read direct messages."""

from __future__ import annotations

from starlette.routing import Route

from sandbox import problems
from sandbox.network import PracticeNetwork
from sandbox.world import acts
from sandbox.world.feeds import PostFeed
from sandbox.world.models import DirectMessage
from sandbox.world.texts import wire_text
from sandbox.x_api.calls import ApiAnswer, ApiCall, api_route
from sandbox.x_api.parameters import PAGE_PARAMETERS, page_request, post_id, requested_fields
from sandbox.x_api.responses import messages_answer

MESSAGE_PARAMETERS = PAGE_PARAMETERS | {"event_types"}


def write_routes(network: PracticeNetwork) -> list[Route]:
    """Routes of this module."""
    with_person = "/2/dm_conversations/with/{id}"
    conversation = "/2/dm_conversations/{conversation}"
    return [
        api_route(network, "/2/tweets", create_post, book="create", method="POST", user_only=True),
        api_route(network, "/2/tweets/{id}", delete_post, book="delete", method="DELETE", user_only=True),
        api_route(network, "/2/tweets/{id}/hidden", hide_reply, book="hide", method="PUT", user_only=True),
        api_route(network, "/2/dm_events", read_messages, book="messages", user_only=True),
        api_route(network, f"{with_person}/dm_events", read_messages, book="messages", user_only=True),
        api_route(network, f"{with_person}/messages", send_message, book="message", method="POST", user_only=True),
        api_route(network, f"{conversation}/dm_events", read_messages, book="messages", user_only=True),
    ]


def create_post(call: ApiCall) -> ApiAnswer:
    """Post, or answer a post."""
    network = call.network
    text = _text(call)
    reply = call.body.get("reply")
    parent = reply.get("in_reply_to_tweet_id", reply.get("in_reply_to_post_id")) if isinstance(reply, dict) else None
    parent_id = post_id(parent, "reply.in_reply_to_tweet_id") if parent is not None else None
    post = acts.publish(network.world, network.acts, call.caller.account, text, parent_id)
    network.crowd.on_reply(post, text)
    identifier = str(post.id)
    data = {"id": identifier, "text": wire_text(post.text).text, "edit_history_tweet_ids": [identifier]}
    return ApiAnswer(status=201, body={"data": data})


def delete_post(call: ApiCall) -> ApiAnswer:
    """Delete a post of the account."""
    identifier = post_id(call.path["id"], "id")
    if not acts.remove(call.network.world, call.network.acts, call.caller.account, identifier):
        return ApiAnswer(body={"errors": [problems.not_found("tweet", "id", str(identifier))]})
    return ApiAnswer(body={"data": {"deleted": True}})


def hide_reply(call: ApiCall) -> ApiAnswer:
    """Hide a reply in the account's own conversation, or show it again."""
    hidden = call.body.get("hidden")
    if not isinstance(hidden, bool):
        raise problems.invalid("The `hidden` field must be true or false.")
    network = call.network
    identifier = post_id(call.path["id"], "tweet_id")
    done = acts.hide(network.world, network.acts, call.caller.account, identifier, hidden=hidden)
    return ApiAnswer(body={"data": {"hidden": done}})


def send_message(call: ApiCall) -> ApiAnswer:
    """Send a direct message to a person."""
    network = call.network
    person = network.world.people.get(post_id(call.path["id"], "participant_id"))
    message = acts.send_message(network.world, network.acts, call.caller.account, person, _text(call))
    network.crowd.on_message(message)
    data = {"dm_conversation_id": message.conversation_id, "dm_event_id": str(message.id)}
    return ApiAnswer(status=201, body={"data": data})


def read_messages(call: ApiCall) -> ApiAnswer:
    """Direct messages of the account, newest first; of one conversation where the path names one."""
    asked = requested_fields(call.query, also=MESSAGE_PARAMETERS)
    request = page_request(call.query, default=100, smallest=1)
    found = {message.id: message for message in call.network.world.messages if _concerns(call, message)}
    feed = PostFeed()
    for identifier in found:
        feed.add(identifier)
    page = feed.page(request, lambda _: True)
    messages = [found[identifier] for identifier in page.ids]
    body = messages_answer(call.network.world, messages, asked)
    meta: dict[str, object] = {"result_count": len(messages)}
    if page.next_token is not None:
        meta["next_token"] = page.next_token
    body["meta"] = meta
    return ApiAnswer(body=body)


def _concerns(call: ApiCall, message: DirectMessage) -> bool:
    if message.account_id != call.caller.account.id:
        return False
    person, conversation = call.path.get("id"), call.path.get("conversation")
    if person is not None:
        return str(message.person.id) == person
    return conversation is None or message.conversation_id == conversation


def _text(call: ApiCall) -> str:
    text = call.body.get("text")
    if not isinstance(text, str):
        raise problems.invalid("The `text` field must be a string.")
    return text
