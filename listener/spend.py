"""What reading costs an account in a month."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from records.database import is_sqlite
from records.tables.listener import ReadSpendRow


def note_read(session: Session, *, account_id: int, posts: int, price: float, now: datetime) -> None:
    """Add `posts` that were served at `price` US dollars each to the month of `now`, in UTC."""
    if not posts:
        return
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(ReadSpendRow).values(
        account_id=account_id, month=f"{now.astimezone(UTC):%Y-%m}", posts=posts, dollars=posts * price
    )
    new = statement.excluded
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "month"],
            set_={
                "posts": col(ReadSpendRow.posts) + new.posts,
                "dollars": col(ReadSpendRow.dollars) + new.dollars,
            },
        )
    )
