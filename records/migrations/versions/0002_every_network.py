"""Facebook and Instagram beside X; walks that go on, prices, near-identical texts, re-reading, webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CHECKS = {
    # As SQLAlchemy writes a moment on SQLite: with six digits of a second.
    "sqlite": """
        UPDATE mention SET check_due_at = strftime('%Y-%m-%d %H:%M:%f000', heard_at, '+1 day')
        WHERE heard_at >= datetime('now', '-30 days') AND deleted_at IS NULL
    """,
    "postgresql": """
        UPDATE mention SET check_due_at = heard_at + interval '1 day'
        WHERE heard_at >= now() - interval '30 days' AND deleted_at IS NULL
    """,
}
"""What was heard in the last 30 days is asked for again, a day after it was heard."""


def upgrade() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("network", "digest"),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index("webhook_delivery_received", ["received_at"], unique=False)

    op.create_table(
        "read_spend",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("dollars", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "month"),
    )
    op.create_table(
        "text_band",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("sketch", sa.String(), nullable=False),
        sa.Column("heard_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["mention_revision.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("text_band", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_text_band_revision_id"), ["revision_id"], unique=False)
        batch_op.create_index("text_band_found", ["band", "heard_at"], unique=False)

    op.create_table(
        "told_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.Column("ask_due_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=200), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "external_id"),
    )
    with op.batch_alter_table("told_post", schema=None) as batch_op:
        batch_op.create_index("told_post_due", ["account_id", "ask_due_at"], unique=False)

    with op.batch_alter_table("account_health", schema=None) as batch_op:
        batch_op.add_column(sa.Column("check_due_at", UTCDateTime(), nullable=True))

    with op.batch_alter_table("care_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late_because", sa.String(), nullable=True))

    with op.batch_alter_table("feed_cursor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("walk_page", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("walk_began_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("walk_served", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("walk_oldest_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("refusal", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("refused_at", UTCDateTime(), nullable=True))

    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cause", sa.String(), nullable=False, server_default="bound"))

    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hidden_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("check_due_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("claimed_until", UTCDateTime(), nullable=True))
        batch_op.create_index(
            "mention_check_due",
            ["check_due_at"],
            unique=False,
            sqlite_where=sa.text("check_due_at IS NOT NULL"),
            postgresql_where=sa.text("check_due_at IS NOT NULL"),
        )
        batch_op.create_index(
            "mention_deleted",
            ["deleted_at"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NOT NULL"),
            postgresql_where=sa.text("deleted_at IS NOT NULL"),
        )

    with op.batch_alter_table("network_budget", schema=None) as batch_op:
        batch_op.add_column(sa.Column("whole", sa.Integer(), nullable=True))

    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.add_column(sa.Column("absent_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("cost", sa.Float(), nullable=False, server_default="0"))
        batch_op.create_index("reply_sending", ["account_id", "sending_at"], unique=False)

    op.execute(_CHECKS[op.get_bind().dialect.name])
