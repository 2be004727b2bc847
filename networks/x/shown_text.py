"""The text of a post as a reader sees it, from the text that X returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from networks.json_values import Json, mappings, text_of


def shown_text(text: str, entities: Json) -> str:
    """Unescape the three characters that X escapes and put real addresses in the place of t.co ones."""
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if "t.co/" in text and isinstance(entities, Mapping):
        text = _expanded(text, mappings(entities.get("urls")))
    return text


def _expanded(text: str, links: Iterable[Mapping[str, Json]]) -> str:
    for link in sorted(links, key=lambda each: len(text_of(each, "url")), reverse=True):
        short, full = text_of(link, "url"), text_of(link, "expanded_url")
        if short and full:
            text = text.replace(short, full)
    return text
