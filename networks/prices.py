"""What reading a network costs."""

from __future__ import annotations

from networks.x import prices as x
from records.words import Feed

_READ = {"x": x.READ}


def read_price(network: str, feed: Feed) -> float:
    """US dollars for one post or message that the network serves; 0 where reading is free."""
    return _READ.get(network, {}).get(feed, 0.0)
