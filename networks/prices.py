"""What networks charge, in US dollars. X: its pay-per-use price list as of August 2026; the others charge nothing."""

from __future__ import annotations

from records.enums import Feed

X_LINKED_POST = 0.20
X_SUMMONED_REPLY = 0.01
"""A reply to somebody who mentioned or quoted the account."""
X_DIRECT_MESSAGE = 0.015
X_HIDING = 0.005

X_LINK_ADDS = X_LINKED_POST - X_SUMMONED_REPLY
"""X does not say whether a reply with a link costs as a reply or as a post with a link: the dearer counts."""

_OWNED_READ = 0.001
_POST_READ = 0.005
_MESSAGE_READ = 0.010

X_READ = {
    Feed.OWN_POSTS: _OWNED_READ,
    Feed.MENTIONS: _OWNED_READ,
    Feed.QUOTES: _POST_READ,
    Feed.THREADS: _POST_READ,
    Feed.SEARCH: _POST_READ,
    Feed.DIRECT_MESSAGES: _MESSAGE_READ,
}
"""A post or message served. The same one again on the same UTC day is free of charge."""


_READ = {"x": X_READ}


def read_price(network: str, feed: Feed) -> float:
    """US dollars for one post or message that the network serves; 0 where reading is free."""
    return _READ.get(network, {}).get(feed, 0.0)
