"""The Merkle tree hash of RFC 6962, section 2.1, kept as its frontier, the right edge: an append costs O(log n)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of one entry; the prefix separates leaves from inner nodes (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees, in order."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of the complete subtrees of a tree of `size` leaves, largest (leftmost) first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count():
            raise ValueError(f"A tree of {self.size} leaves does not have {len(self.nodes)} complete subtrees.")

    def root(self) -> bytes:
        """The tree head: the subtrees folded from the right; SHA-256 of nothing where there are none."""
        if not self.nodes:
            return EMPTY_ROOT
        *left, root = self.nodes
        for node in reversed(left):
            root = node_hash(node, root)
        return root

    def extended(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier after appending leaf hashes, in order."""
        size, nodes = self.size, list(self.nodes)
        for leaf in leaves:
            node, complete = leaf, size
            while complete & 1:
                node = node_hash(nodes.pop(), node)
                complete >>= 1
            nodes.append(node)
            size += 1
        return Frontier(size, tuple(nodes))

    def spans(self) -> list[tuple[int, int]]:
        """First and last leaf index under each node, in the order of `nodes`."""
        spans, start = [], 0
        for bit in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> bit & 1:
                spans.append((start, start + (1 << bit) - 1))
                start += 1 << bit
        return spans
