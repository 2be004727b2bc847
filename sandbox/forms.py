"""Finds a form in a page the way a browser without JavaScript fills it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(kw_only=True)
class Form:
    """A form: where it goes, how, and its named fields with the values the page gives them."""

    id: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    areas: list[str] = field(default_factory=list)
    """Names of its text areas."""


def find_form(page: str, form_id: str) -> Form | None:
    """The form with that id, or None."""
    parser = _FormParser()
    parser.feed(page)
    parser.close()
    return next((form for form in parser.forms if form.id == form_id), None)


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(
                id=told.get("id", ""), action=told.get("action", ""), method=told.get("method", "get").lower()
            )
            self.forms.append(self._open)
        elif self._open is not None and told.get("name"):
            self._note(self._open, tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _note(self, form: Form, tag: str, told: dict[str, str]) -> None:
        if tag == "textarea":
            form.areas.append(told["name"])
            form.fields[told["name"]] = ""
        elif tag == "input" and told.get("type", "text").lower() in {"hidden", "text", "email", "tel"}:
            form.fields[told["name"]] = told.get("value", "")
