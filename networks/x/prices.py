"""What X charges, in US dollars, on its pay-per-use plans (its price list as of August 2026)."""

from __future__ import annotations

from records.words import Feed

LINKED_POST = 0.20
SUMMONED_REPLY = 0.01
"""A reply to somebody who mentioned or quoted the account."""
DIRECT_MESSAGE = 0.015
HIDING = 0.005

LINK_ADDS = LINKED_POST - SUMMONED_REPLY
"""X does not say whether a summoned reply with a link costs as a reply or as a post with a link: the dearer counts."""

_OWNED_READ = 0.001
_POST_READ = 0.005
_MESSAGE_READ = 0.010

READ = {
    Feed.OWN_POSTS: _OWNED_READ,
    Feed.MENTIONS: _OWNED_READ,
    Feed.QUOTES: _POST_READ,
    Feed.THREADS: _POST_READ,
    Feed.SEARCH: _POST_READ,
    Feed.DIRECT_MESSAGES: _MESSAGE_READ,
}
"""A post or message served. The same one again on the same UTC day is free of charge."""
