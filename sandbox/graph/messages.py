"""Private messages of a Page: one private reply a comment within seven days, and answers within 24 hours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.acts import Acts, Whispered
from sandbox.graph.facebook import PRIVATE_REPLY_SECONDS
from sandbox.graph.keys import Session
from sandbox.graph.refusals import (
    ALREADY_ANSWERED,
    NOT_AVAILABLE,
    WINDOW_CLOSED,
    invalid,
    missing_permission,
    no_such_object,
    refusal,
)
from sandbox.graph.writes import owner
from sandbox.nouns import BrandAccount, DirectMessage, Person, Post
from sandbox.world import World

DAY = 86_400.0
LONGEST = {"facebook": 2000, "instagram": 1000}
OUTSIDE_WINDOW = 2018278
NOBODY = 2018001
SCOPES = {"facebook": "pages_messaging", "instagram": "instagram_manage_messages"}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as it was asked to be sent; one of `comment_id` and `person_id` is set.

    `comment_id` may be a visitor's post, which Meta takes as `post_id`.
    """

    text: str
    comment_id: str | None
    person_id: str | None
    tag: str


def letter(given: Mapping[str, str]) -> Letter:
    """Read the parameters of a message; GraphRefusalError 100 says which is wrong."""
    recipient, message = _object(given, "recipient"), _object(given, "message")
    comment = recipient.get("comment_id", recipient.get("post_id"))
    person, text = recipient.get("id"), message.get("text")
    if comment is None and person is None:
        raise invalid("Param recipient must have an id or a comment_id")
    if not isinstance(text, str) or not text.strip():
        raise invalid("Param message[text] must be a non-empty UTF-8 encoded string")
    return Letter(
        text=text,
        comment_id=str(comment) if comment is not None else None,
        person_id=str(person) if comment is None else None,
        tag=given.get("tag", ""),
    )


def send(world: World, acts: Acts, session: Session, asked: Letter) -> DirectMessage:
    """Send a private reply or a message; GraphRefusalError 10, 100, 551 or 10900 as Meta refuses."""
    comment = _comment(world, asked.comment_id) if asked.comment_id is not None else None
    if comment is not None:
        account, person = owner(session, comment), comment.author
        _private_reply_allowed(world, comment)
    else:
        account, person = _correspondent(world, session, asked.person_id or "")
        _within_window(world, account, person, asked.tag)
    if SCOPES[account.network] in session.state.missing:
        raise missing_permission(SCOPES[account.network])
    if not person.reachable:
        raise refusal(551, NOT_AVAILABLE, subcode=1545041)
    if len(asked.text) > LONGEST[account.network]:
        raise invalid(f"Length of param message[text] must be less than or equal to {LONGEST[account.network]}")
    message = world.receive(account_id=account.id, person=person, text=asked.text, outgoing=True, comment=comment)
    acts.whispered.append(Whispered(message=message, text=asked.text))
    return message


def _comment(world: World, identifier: str) -> Post:
    comment = world.find(identifier)
    if comment is None or comment.network == "x" or not comment.inbound:
        raise no_such_object(identifier, "post")
    return comment


def _private_reply_allowed(world: World, comment: Post) -> None:
    if world.now() - comment.at > PRIVATE_REPLY_SECONDS:
        raise refusal(10, WINDOW_CLOSED, subcode=OUTSIDE_WINDOW)
    if comment.id in world.answered_privately:
        raise refusal(10900, ALREADY_ANSWERED)


def _correspondent(world: World, session: Session, identifier: str) -> tuple[BrandAccount, Person]:
    ours = {account.id: account for account in session.page.accounts}
    for message in reversed(world.messages):
        if message.account_id in ours and str(message.person.id) == identifier:
            return ours[message.account_id], message.person
    raise refusal(100, "(#100) No matching user found", subcode=NOBODY)


def _within_window(world: World, account: BrandAccount, person: Person, tag: str) -> None:
    wrote = world.wrote_at(person.id, account.id)
    longest = PRIVATE_REPLY_SECONDS if tag == "HUMAN_AGENT" else DAY
    if wrote is None or world.now() - wrote > longest:
        raise refusal(10, WINDOW_CLOSED, subcode=OUTSIDE_WINDOW)


def _object(given: Mapping[str, str], name: str) -> dict[str, object]:
    try:
        value = json.loads(given.get(name, ""))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise invalid(f"Param {name} must be a JSON object")
    return value
