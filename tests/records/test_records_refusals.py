"""Refusals have a sentence for people, a code, and the values that the sentence mentions."""

from __future__ import annotations

import pytest

from cases.state import CaseEvent, CaseRefusalError, status_after
from people.identity_links import UnlinkableError
from records.enums import CaseStatus, ReplyStatus
from records.refusals import RefusalError
from replies.lifecycle import DeliveryUnknownError, IllegalTransitionError, NoSuchReplyError
from replies.outbox import StaleTextError
from room.attachments.files import FileRefusal, RefusedFileError
from room.conversation.messages import MessageTextError
from room.conversation.status import RatingError
from room.lifecycle import RoomStateError
from service.brands.articles import NoSuchArticleError
from service.brands.rulebook_versions import UnknownRulebookError
from service.deciding.addressee import NothingToAnswerError
from service.desk.agents import AgentRefusedError


def test_every_refusal_of_a_station_is_caught_by_the_one_base() -> None:
    for refusal in (
        AgentRefusedError,
        CaseRefusalError,
        DeliveryUnknownError,
        IllegalTransitionError,
        MessageTextError,
        NoSuchArticleError,
        NoSuchReplyError,
        NothingToAnswerError,
        RatingError,
        RefusedFileError,
        RoomStateError,
        StaleTextError,
        UnknownRulebookError,
        UnlinkableError,
    ):
        assert issubclass(refusal, RefusalError), refusal


def test_a_refusal_names_its_reason_and_what_it_mentions() -> None:
    with pytest.raises(RefusalError, match="reopen it first") as refused:
        status_after(CaseStatus.CLOSED, CaseEvent.ANSWERED)
    assert (refused.value.code, refused.value.values) == ("case-closed", {})
    gone = IllegalTransitionError(ReplyStatus.SENT, ReplyStatus.HELD)
    assert (gone.code, gone.values) == ("reply-status", {"before": "sent", "after": "held"})
    assert (NoSuchReplyError(7).code, NoSuchReplyError(7).values) == ("no-such-reply", {"reply": 7})
    assert RefusedFileError(FileRefusal.TOO_LARGE).code == "file_too_large"
