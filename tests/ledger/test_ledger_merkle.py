"""The tree, compared with RFC 6962 written down as it stands there."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import Frontier, leaf_hash, node_hash
from ledger.proofs import consistency_proof, extends, includes, inclusion_proof

MOST = 70


def naive_root(entries: list[bytes]) -> bytes:
    """Section 2.1: MTH."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def naive_path(m: int, entries: list[bytes]) -> list[bytes]:
    """Section 2.1.1: PATH."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*naive_path(m, entries[:k]), naive_root(entries[k:])]
    return [*naive_path(m - k, entries[k:]), naive_root(entries[:k])]


def naive_subproof(m: int, entries: list[bytes], *, whole: bool) -> list[bytes]:
    """Section 2.1.2: SUBPROOF."""
    if m == len(entries):
        return [] if whole else [naive_root(entries)]
    k = split(len(entries))
    if m <= k:
        return [*naive_subproof(m, entries[:k], whole=whole), naive_root(entries[k:])]
    return [*naive_subproof(m - k, entries[k:], whole=False), naive_root(entries[:k])]


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def entries_of(size: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(size)]


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(entry) for entry in entries_of(size)]


@given(st.lists(st.binary(max_size=8), max_size=MOST), st.data())
def test_the_root_is_that_of_the_rfc_however_the_entries_are_batched(entries: list[bytes], data: st.DataObject) -> None:
    frontier, rest = Frontier(), [leaf_hash(entry) for entry in entries]
    while rest:
        many = data.draw(st.integers(1, len(rest)))
        frontier, rest = frontier.extended(rest[:many]), rest[many:]
    assert frontier.size == len(entries)
    assert frontier.root() == naive_root(entries)


@given(st.integers(0, MOST))
def test_the_spans_name_the_leaves_under_each_node(size: int) -> None:
    frontier = Frontier().extended(leaves_of(size))
    entries = entries_of(size)
    assert [naive_root(entries[first : last + 1]) for first, last in frontier.spans()] == list(frontier.nodes)


def test_a_frontier_with_too_few_nodes_is_refused() -> None:
    with pytest.raises(ValueError, match="does not have"):
        Frontier(3, (b"x" * 32,))


@given(st.integers(1, MOST), st.data())
def test_an_inclusion_proof_is_that_of_the_rfc_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    entries, leaves = entries_of(size), leaves_of(size)
    proof = inclusion_proof(leaves, index)
    assert proof == naive_path(index, entries)
    assert includes(leaf=leaves[index], index=index, size=size, root=naive_root(entries), proof=proof)


@given(st.integers(1, MOST), st.data())
def test_a_forged_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof, root = inclusion_proof(leaves, index), naive_root(entries_of(size))
    leaf = leaves[index]
    other_index = data.draw(st.integers(-1, size + 1).filter(lambda other: other != index))
    assert not includes(leaf=leaf_hash(b"forged"), index=index, size=size, root=root, proof=proof)
    assert not includes(leaf=leaf, index=other_index, size=size, root=root, proof=proof)
    assert not includes(leaf=leaf, index=index, size=size, root=leaf_hash(b"another log"), proof=proof)
    assert not includes(leaf=leaf, index=index, size=size, root=root, proof=[*proof, leaf])
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:place], flipped(proof[place]), *proof[place + 1 :]]
        assert not includes(leaf=leaf, index=index, size=size, root=root, proof=changed)
        assert not includes(leaf=leaf, index=index, size=size, root=root, proof=proof[:-1])


@given(st.integers(1, MOST), st.data())
def test_a_consistency_proof_is_that_of_the_rfc_and_verifies(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size))
    entries = entries_of(size)
    proof = consistency_proof(leaves_of(size), old_size)
    assert proof == naive_subproof(old_size, entries, whole=True)
    assert extends(
        old_size=old_size,
        old_root=naive_root(entries[:old_size]),
        size=size,
        root=naive_root(entries),
        proof=proof,
    )


@given(st.integers(2, MOST), st.data())
def test_a_log_whose_past_was_rewritten_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old_size - 1))
    entries = entries_of(size)
    rewritten = [*entries[:changed], b"rewritten", *entries[changed + 1 :]]
    proof = consistency_proof([leaf_hash(entry) for entry in rewritten], old_size)
    assert not extends(
        old_size=old_size,
        old_root=naive_root(entries[:old_size]),
        size=size,
        root=naive_root(rewritten),
        proof=proof,
    )


@given(st.integers(2, MOST), st.data())
def test_a_forged_consistency_proof_is_refused(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size - 1))
    entries = entries_of(size)
    proof = consistency_proof(leaves_of(size), old_size)
    place = data.draw(st.integers(0, len(proof) - 1))
    forged = [
        [*proof[:place], flipped(proof[place]), *proof[place + 1 :]],
        [*proof, proof[0]],
        proof[:-1],
        [],
    ]
    for attempt in forged:
        assert not extends(
            old_size=old_size,
            old_root=naive_root(entries[:old_size]),
            size=size,
            root=naive_root(entries),
            proof=attempt,
        )


def test_an_inclusion_proof_is_for_the_size_it_was_made_for() -> None:
    (leaf,) = leaves_of(1)
    assert includes(leaf=leaf, index=0, size=1, root=leaf, proof=[])
    assert not includes(leaf=leaf, index=0, size=2, root=leaf, proof=[])


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(IndexError, match="no entry 3"):
        inclusion_proof(leaves_of(3), 3)
    with pytest.raises(IndexError, match="cannot be compared"):
        consistency_proof(leaves_of(3), 4)


def test_a_leaf_never_passes_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def flipped(digest: bytes) -> bytes:
    return bytes([digest[0] ^ 1]) + digest[1:]
