"""The texts of notifications."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from records.models import Brand
from room.wordings import brand_name, local_time, words_for


@dataclass(frozen=True, kw_only=True)
class NotificationText:
    """The text of an e-mail or text message. In memory only."""

    subject: str
    """Of an e-mail; it shows on locked screens, and therefore says little."""
    body: str = field(repr=False)
    """Of an e-mail: several lines."""
    short: str = field(repr=False)
    """Of a text message."""


def code_text(brand: Brand, language: str, *, code: str, good_until: datetime) -> NotificationText:
    """The text with a one-time code."""
    words = words_for(language, brand)
    named = {"brand": brand_name(brand), "code": code, "until": f"{local_time(good_until, brand):%H:%M}"}
    return NotificationText(
        subject=words["letter_code_subject"].format(**named),
        body=words["letter_code_text"].format(**named),
        short=words["letter_code_sms"].format(**named),
    )


def notice_text(brand: Brand, language: str, *, may_reply: bool) -> NotificationText:
    """The text that says that an answer waits; `may_reply` where an e-mailed reply is accepted."""
    words = words_for(language, brand)
    named = {"brand": brand_name(brand)}
    body = words["letter_notice_text"].format(**named)
    return NotificationText(
        subject=words["letter_notice_subject"].format(**named),
        body=f"{body}\n{words['letter_notice_reply'].format(**named)}" if may_reply else body,
        short=words["letter_notice_sms"].format(**named),
    )
