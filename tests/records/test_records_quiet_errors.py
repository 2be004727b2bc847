"""What a database refuses is not repeated in the error: it may be a person's words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DBAPIError

from records.database import open_engine, writing
from records.tables.listener import MentionRevisionRow

TEXT = "mi cuenta es la 4111, no se lo digáis a nadie"


def test_no_text_of_a_post_is_in_the_error_s_string(database_url: str) -> None:
    engine = open_engine(database_url)
    revision = MentionRevisionRow(
        mention_id=404,
        revision=1,
        external_id="1",
        text=TEXT,
        text_digest="",
        language_hint="",
        heard_at=datetime(2026, 9, 18, tzinfo=UTC),
    )
    with writing(engine) as session:
        session.add(revision)
        # There is no such mention.
        with pytest.raises(DBAPIError) as raised:
            session.flush()
        session.rollback()
    assert TEXT not in str(raised.value)
    engine.dispose()
