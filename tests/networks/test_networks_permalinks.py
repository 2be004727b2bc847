from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.permalinks import message_id, post_id


@pytest.mark.parametrize(
    ("network", "named", "expected"),
    [
        ("x", "1790000000000000001", "1790000000000000001"),
        ("x", " https://x.com/acme/status/1790000000000000001?s=20 ", "1790000000000000001"),
        ("x", "https://mobile.twitter.com/acme/status/179/photo/1", "179"),
        ("x", "https://x.example/acme/status/179", None),
        ("x", "https://x.com/acme", None),
        ("facebook", "122_456", "122_456"),
        ("facebook", "https://www.facebook.com/acme/posts/122?comment_id=456", "122_456"),
        ("facebook", "https://www.facebook.com/acme/posts/words/122/?comment_id=4&reply_comment_id=789", "122_789"),
        ("facebook", "https://m.facebook.com/permalink.php?story_fbid=122&id=7&comment_id=456", "122_456"),
        ("facebook", "https://www.facebook.com/acme/posts/pfbid02Ab?comment_id=456", None),  # hides the post's id
        ("facebook", "https://facebook.com.example/acme/posts/122?comment_id=456", None),
        ("facebook", "456", None),  # a comment goes by its post's id too
        ("instagram", "17900000000000001", "17900000000000001"),
        ("instagram", "https://www.instagram.com/p/C8abc/c/1790/", "1790"),
        ("instagram", "https://www.instagram.com/acme/p/C8abc/c/1790/r/1791/", "1791"),
        ("instagram", "https://www.instagram.com/p/C8abc/", None),
        ("files", "row-7", "row-7"),
        ("files", "", None),
    ],
)  # fmt: skip
def test_a_link_or_an_id_names_one_post(network: str, named: str, expected: str | None) -> None:
    assert post_id(network, named) == expected


def test_a_message_goes_by_any_word_without_spaces() -> None:
    assert message_id(" m_AbC-1= ") == "m_AbC-1="
    assert message_id("two words") is None


@given(network=st.sampled_from(["x", "facebook", "instagram", "files"]), named=st.text())
def test_whatever_is_pasted_is_an_id_or_nothing(network: str, named: str) -> None:
    found = post_id(network, named)
    assert found is None or (found.isascii() and found.isprintable() and len(found) <= 300)


@pytest.mark.parametrize("named", ["https://[", "https://facebook.com:x/posts/1", "١٢٣"])
def test_a_broken_link_names_nothing(named: str) -> None:
    assert post_id("facebook", named) is None
    assert post_id("x", named) is None
