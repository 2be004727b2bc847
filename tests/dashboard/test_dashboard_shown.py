from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.wording.html_fragments import excerpt, html_fragment, safe_text
from dashboard.wording.texts import wording_in

ANY = st.text(alphabet=st.characters(codec=None, categories=None), max_size=300)


@given(ANY)
def test_what_is_shown_can_be_sent_and_turns_nothing_around(text: str) -> None:
    said = safe_text(text)
    said.encode("utf-8")
    assert not set(said) & {"\u202e", "\u2066", "\x00", "\x1b"}


def test_ten_megabytes_become_a_few_thousand_characters() -> None:
    assert len(safe_text("x" * 10_000_000)) == 4_000
    assert excerpt("y" * 10_000_000).endswith("…")


@given(ANY)
def test_markup_of_strangers_stays_text(text: str) -> None:
    page = html_fragment("own_text.html", wording_in("en"), text=f"<img src=x onerror=alert(1)>{text}")
    assert "<img" not in page
    assert page.count("<") == 4
