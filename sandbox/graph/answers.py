"""What each call of the Graph API does: nodes and edges are read, comments, messages and hides are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.graph import messages, writes
from sandbox.graph.edges import Edge
from sandbox.graph.nodes import find_node, tell_edge, tell_node
from sandbox.graph.reading import Json, Reading
from sandbox.graph.refusals import invalid, no_such_object, no_such_objects, refusal
from sandbox.graph.selection import selection
from sandbox.network import Network
from sandbox.nouns import Post

MOST_IDS = 50
TOKEN_DAYS = 90
FLAGS = {"true": True, "1": True, "false": False, "0": False}
NOT_ARGUMENTS = frozenset(["fields", "format", "pretty", "suppress_http_code", "locale"])


@dataclass(frozen=True, kw_only=True)
class GraphCall:
    """An authenticated call. `given` are the parameters of address and body, without token and proof."""

    network: Network
    reading: Reading
    method: str
    path: tuple[str, ...]
    given: Mapping[str, str]


def answered(call: GraphCall) -> object:
    """Carry out a call; GraphRefusalError as Meta refuses."""
    if call.path == ("debug_token",) and call.method == "GET":
        return _debugged(call)
    if call.reading.session.app:
        raise refusal(10, "(#10) An app's own token may not do this; use the Page's token.")
    if call.method == "GET":
        return _read(call)
    if call.method == "DELETE" and len(call.path) == 1:
        return _delete(call)
    if call.method == "POST" and call.path:
        return _write(call)
    raise no_such_object(call.path[0] if call.path else "", call.method.casefold())


def _read(call: GraphCall) -> object:
    fields = selection(call.given.get("fields", ""))
    match call.path:
        case () if "ids" in call.given:
            return _several(call)
        case (identifier,):
            return tell_node(call.reading, identifier, fields)
        case (identifier, name):
            arguments = {key: value for key, value in call.given.items() if key not in NOT_ARGUMENTS}
            if "fields" in call.given:
                arguments["fields"] = call.given["fields"]
            return tell_edge(call.reading, Edge(owner=identifier, name=name, arguments=arguments, fields=fields))
    raise refusal(2500, "Unknown path components: /" + "/".join(call.path)[:80])


def _several(call: GraphCall) -> dict[str, Json]:
    fields = selection(call.given.get("fields", ""))
    asked = [identifier.strip() for identifier in call.given["ids"].split(",") if identifier.strip()]
    if not 0 < len(asked) <= MOST_IDS:
        raise invalid(f"Param ids must have from 1 to {MOST_IDS} ids")
    missing = [identifier for identifier in asked if find_node(call.reading, identifier) is None]
    if missing:
        raise no_such_objects(missing)
    return {identifier: tell_node(call.reading, identifier, fields) for identifier in asked}


def _delete(call: GraphCall) -> Json:
    session, network = call.reading.session, call.network
    writes.delete(network.world, network.acts, session, _post(call, call.path[0], "delete"))
    return {"success": True}


def _write(call: GraphCall) -> Json:
    match call.path:
        case (identifier,):
            return _hide(call, _post(call, identifier, "post"))
        case (_, "messages"):
            return _message(call)
        case (_, "mentions"):
            return _answer_mention(call)
        case (identifier, "comments" | "replies" as edge):
            post = _post(call, identifier, "post")
            if post.network == "instagram" and (edge == "comments") != (post.kind in {"post", "ad", "tag"}):
                raise no_such_object(identifier, "post")
            return _comment(call, post)
    raise no_such_object(call.path[0], "post")


def _hide(call: GraphCall, post: Post) -> Json:
    told = call.given.get("is_hidden" if post.network == "facebook" else "hide", "")
    hidden = FLAGS.get(told.casefold())
    if hidden is None:
        raise invalid("is_hidden or hide must be true or false")
    network = call.network
    writes.hide(network.world, network.acts, call.reading.session, post, hidden=hidden)
    return {"success": True}


def _comment(call: GraphCall, target: Post) -> Json:
    network, text = call.network, call.given.get("message", "")
    post = writes.comment(network.world, network.acts, call.reading.session, target, text)
    network.crowd.hear_reply(post, text)
    fields = selection(call.given.get("fields", ""))
    return tell_node(call.reading, post.wire_id, fields) if fields else {"id": post.wire_id}


def _answer_mention(call: GraphCall) -> Json:
    identifier = call.given.get("comment_id") or call.given.get("media_id", "")
    target = _post(call, identifier, "post")
    if target.network != "instagram" or target.kind not in {"mention", "tag"}:
        raise no_such_object(identifier, "post")
    return _comment(call, target)


def _message(call: GraphCall) -> Json:
    network, session = call.network, call.reading.session
    owners = {"me", str(session.page.id)} | {str(account.id) for account in session.page.accounts}
    if call.path[0] not in owners:
        raise no_such_object(call.path[0], "post")
    message = messages.send(network.world, network.acts, session, messages.letter(call.given))
    network.crowd.hear_message(message)
    return {"recipient_id": str(message.person.id), "message_id": message.wire_id}


def _debugged(call: GraphCall) -> Json:
    """What Meta says of a token; a Page's own token does not expire, the permission to read data does."""
    keys, now = call.network.keys, call.reading.now
    account = keys.account(call.given.get("input_token", ""))
    if account is None:
        error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    state = keys.state(account)
    session = call.reading.session
    granted = [scope for scope in session.scopes if scope not in state.missing]
    expires = int(state.expires_at or 0)
    data: Json = {
        "app_id": "104500000000000",
        "application": "Practice",
        "type": "PAGE",
        "profile_id": str(account.page_id),
        "is_valid": not 0 < expires <= now,
        "expires_at": expires,
        "data_access_expires_at": int(now) + TOKEN_DAYS * 86_400,
        "issued_at": int(now) - 86_400,
        "scopes": granted,
    }
    if not data["is_valid"]:
        data["error"] = {"code": 190, "message": "Error validating access token: Session has expired.", "subcode": 463}
    return {"data": data}


def _post(call: GraphCall, identifier: str, verb: str) -> Post:
    node = find_node(call.reading, identifier)
    if not isinstance(node, Post):
        raise no_such_object(identifier, verb)
    return node
