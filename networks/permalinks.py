"""What a person copies from a network to name one post: its link, or its id."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

MOST = 300
_NUMBER = re.compile(r"[0-9]{1,25}")
_TWO_NUMBERS = re.compile(r"[0-9]{1,25}_[0-9]{1,25}")
_WORD = re.compile(r"[!-~]{1,300}")
_X = re.compile(r"https?://(?:\w+\.)?(?:x|twitter)\.com/[^/\s]+/status(?:es)?/([0-9]{1,25})(?:[/?#]\S*)?")
_INSTAGRAM = re.compile(r"https?://(?:www\.)?instagram\.com/\S+?/c/([0-9]{1,25})(?:/r/([0-9]{1,25}))?/?(?:[?#]\S*)?")
_FACEBOOK_POST = re.compile(r"/(?:posts|videos|photos)/(?:[^/]+/)*([0-9]{1,25})/?$")


def post_id(network: str, named: str) -> str | None:
    """The id on `network` of the post or comment that `named`, a link or an id, names; None where it names none.

    Facebook's comments go by their post's id and their own, which a link to a comment carries apart; a link that hides
    the post's id names none.
    """
    given = named.strip()
    if len(given) > MOST:
        return None
    if network == "x":
        return _whole(_NUMBER, given) or _group(_X, given)
    if network == "facebook":
        return _whole(_TWO_NUMBERS, given) or _of_facebook_link(given)
    if network == "instagram":
        return _whole(_NUMBER, given) or _group(_INSTAGRAM, given)
    return message_id(given)


def message_id(named: str) -> str | None:
    """The id of a private message as a network shows it; None where `named` cannot be one."""
    return _whole(_WORD, named.strip())


def _whole(shape: re.Pattern[str], given: str) -> str | None:
    return given if shape.fullmatch(given) else None


def _group(shape: re.Pattern[str], given: str) -> str | None:
    """The last number that a link names: the answer, where it names what is above too."""
    found = shape.fullmatch(given)
    return [number for number in found.groups() if number][-1] if found else None


def _of_facebook_link(given: str) -> str | None:
    try:
        link = urlsplit(given)
    except ValueError:
        return None
    host = link.hostname or ""
    if link.scheme not in {"http", "https"} or not (host == "facebook.com" or host.endswith(".facebook.com")):
        return None
    asked = parse_qs(link.query)
    in_path = _FACEBOOK_POST.search(link.path)
    post = in_path.group(1) if in_path else (asked.get("story_fbid") or asked.get("fbid") or [""])[0]
    comment = (asked.get("reply_comment_id") or asked.get("comment_id") or [""])[0]
    return _whole(_TWO_NUMBERS, f"{post}_{comment}")
