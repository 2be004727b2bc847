"""Inclusion and consistency proofs of RFC 6962 (section 2.1.1, 2.1.2), checked as RFC 9162 (2.1.3.2, 2.1.4.2) says."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.merkle import Frontier, node_hash


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index` in the tree of all `leaves` (leaf hashes), from the leaf upwards."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"The log has {len(leaves)} entries: there is no entry {index}.")
    low, high = 0, len(leaves)
    path: list[bytes] = []
    while high - low > 1:
        middle = low + _largest_power_below(high - low)
        if index < middle:
            path.append(_root(leaves, middle, high))
            high = middle
        else:
            path.append(_root(leaves, low, middle))
            low = middle
    return path[::-1]


def includes(*, leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """True where `proof` shows that `leaf` (its hash) is entry `index` of the log with this `size` and `root`."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            place, last = _risen(place, last)
        else:
            node = node_hash(node, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and node == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the tree of all `leaves` begins with the tree of its first `old_size`."""
    if not 0 < old_size <= len(leaves):
        raise IndexError(f"The log has {len(leaves)} entries: it cannot be compared with one of {old_size}.")
    low, high, whole = 0, len(leaves), True
    path: list[bytes] = []
    while high != old_size:
        middle = low + _largest_power_below(high - low)
        if old_size <= middle:
            path.append(_root(leaves, middle, high))
            high = middle
        else:
            path.append(_root(leaves, low, middle))
            low, whole = middle, False
    if not whole:
        path.append(_root(leaves, low, high))
    return path[::-1]


def extends(*, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """True where `proof` shows that the log (`size`, `root`) is the log (`old_size`, `old_root`) and more."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not path:
        return False
    place, last = _risen_while_odd(old_size - 1, size - 1)
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_node = node_hash(sibling, old_node)
            new_node = node_hash(sibling, new_node)
            place, last = _risen(place, last)
        else:
            new_node = node_hash(new_node, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and old_node == old_root and new_node == root


def _risen(place: int, last: int) -> tuple[int, int]:
    # Where a node is the last of its level and has no sibling, it is carried up unchanged.
    while not place & 1 and place != 0:
        place >>= 1
        last >>= 1
    return place, last


def _risen_while_odd(place: int, last: int) -> tuple[int, int]:
    while place & 1:
        place >>= 1
        last >>= 1
    return place, last


def _root(leaves: Sequence[bytes], low: int, high: int) -> bytes:
    return Frontier().extended(leaves[low:high]).root()


def _largest_power_below(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)
