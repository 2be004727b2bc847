"""Of which text each text is a copy."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Both databases add a reference that may be null in place; Alembic would copy the whole table on SQLite.
    op.execute("ALTER TABLE mention_revision ADD COLUMN copy_of INTEGER REFERENCES mention_revision (id)")
