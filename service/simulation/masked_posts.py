"""Posts as examples: what was said, without the personal data in it and without names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlmodel import Session, col

from classifier.personal_data.finder import find_personal_data
from records.enums import Owner
from records.tables.listener import MentionAccountRow, MentionRevisionRow
from records.tables.service import AccountRow, DecisionRow

LONGEST = 160
_READ = 2_000
_MENTION = re.compile(r"(?<![\w.])@\w+")


def mask_post(text: str, *, market: str, ours: Collection[str] = ()) -> str:
    """A post in one line of at most 160 characters: data as `[kind]`, handles but for `ours` as `@…`."""
    shown, at = [], 0
    text = text[:_READ]
    for datum in find_personal_data(text, market=market):
        if datum.owner is not Owner.PUBLIC:
            shown += [text[at : datum.start], f"[{datum.kind}]"]
            at = datum.end
    shown.append(text[at:])
    known = {handle.lstrip("@").casefold() for handle in ours}
    plain = _MENTION.sub(
        lambda met: met.group() if met.group()[1:].casefold() in known else "@…", " ".join("".join(shown).split())
    )
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"


def masked_posts_by_decision(session: Session, decision_ids: Collection[int]) -> Mapping[int, str]:
    """By decision: its post, masked; left out where the text is gone."""
    query = (
        select(col(DecisionRow.id), col(MentionRevisionRow.text), col(AccountRow.market), col(AccountRow.handle))
        .join(
            MentionRevisionRow,
            (col(MentionRevisionRow.mention_id) == col(DecisionRow.mention_id))
            & (col(MentionRevisionRow.revision) == col(DecisionRow.revision)),
        )
        .join(AccountRow, col(AccountRow.id) == col(DecisionRow.account_id))
        .where(col(DecisionRow.id).in_(sorted(decision_ids)))
    )
    return {
        decision_id: mask_post(text, market=market, ours=(handle,))
        for decision_id, text, market, handle in session.execute(query)
    }


def masked_posts_by_mention(session: Session, revisions: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """By mention and revision: the post, masked."""
    query = (
        select(
            col(MentionRevisionRow.mention_id),
            col(MentionRevisionRow.revision),
            col(MentionRevisionRow.text),
            col(AccountRow.market),
            col(AccountRow.handle),
        )
        .join(MentionAccountRow, col(MentionAccountRow.mention_id) == col(MentionRevisionRow.mention_id))
        .join(AccountRow, col(AccountRow.id) == col(MentionAccountRow.account_id))
        .where(col(MentionRevisionRow.mention_id).in_(sorted({mention_id for mention_id, _ in revisions})))
    )
    return {
        (mention_id, revision): mask_post(text, market=market, ours=(handle,))
        for mention_id, revision, text, market, handle in session.execute(query)
        if (mention_id, revision) in revisions
    }
