"""Rulebooks by version, pilots, crises; proofs, letters and files of private rooms; the private side of cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REFERENCES = (
    ("consent", "room_id", "room"),
    ("decision", "pilot_id", "pilot"),
    ("identity_link", "consent_id", "consent"),
    ("room", "customer_id", "customer"),
)


def upgrade() -> None:
    _make_rules()
    _make_rooms()
    _widen()


def _make_rules() -> None:
    op.create_table(
        "rulebook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("version"),
    )

    op.create_table(
        "rulebook_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("rulebook_use", schema=None) as batch_op:
        batch_op.create_index("rulebook_use_brand", ["brand", "id"], unique=False)

    op.create_table(
        "pilot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("least_agreement", sa.Float(), nullable=False),
        sa.Column("least_compared", sa.Integer(), nullable=False),
        sa.Column("most_invitations", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("pilot", schema=None) as batch_op:
        batch_op.create_index("pilot_brand", ["brand", "started_at"], unique=False)
        batch_op.create_index(
            "pilot_running",
            ["brand"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "pilot_verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("live_action", sa.String(), nullable=False),
        sa.Column("live_rule", sa.String(), nullable=False),
        sa.Column("done", sa.String(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mention_id"],
            ["mention.id"],
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id"],
            ["pilot.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("pilot_id", "mention_id", "revision", "account_id"),
    )
    with op.batch_alter_table("pilot_verdict", schema=None) as batch_op:
        batch_op.create_index("pilot_verdict_mention", ["mention_id"], unique=False)

    op.create_table(
        "crisis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("declared_at", UTCDateTime(), nullable=False),
        sa.Column("first_lift_by", sa.String(), nullable=True),
        sa.Column("first_lift_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("crisis", schema=None) as batch_op:
        batch_op.create_index(
            "crisis_lasting",
            ["brand"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def _make_rooms() -> None:
    op.create_table(
        "customer_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("customer_id", "kind", "digest"),
    )
    with op.batch_alter_table("customer_key", schema=None) as batch_op:
        batch_op.create_index("customer_key_found", ["kind", "digest"], unique=False)

    op.create_table(
        "proof_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_digest", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("dead_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("proof_code", schema=None) as batch_op:
        batch_op.create_index("proof_code_record", ["record_digest", "made_at"], unique=False)
        batch_op.create_index("proof_code_room", ["room_id", "id"], unique=False)

    op.create_table(
        "room_guess",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("source_digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("room_guess", schema=None) as batch_op:
        batch_op.create_index("room_guess_door", ["door", "made_at"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("proof_code_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("claimed_by", sa.String(length=200), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proof_code_id"],
            ["proof_code.id"],
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("once"),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(
            "letter_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )

    op.create_table(
        "room_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["room_message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("room_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_file_room_id"), ["room_id"], unique=False)
        batch_op.create_index("room_file_message", ["message_id"], unique=False)


def _widen() -> None:
    with op.batch_alter_table("care_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("private_state", sa.String(), nullable=False, server_default="none"))
        batch_op.add_column(sa.Column("private_since", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("private_waiting_since", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("solved_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("close_by", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("reopened_at", UTCDateTime(), nullable=True))

    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("imported_at", UTCDateTime(), nullable=True))

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("propose_hide", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promotion", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("even_in_crisis", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entry", sa.String(), nullable=False, server_default="link"))
        batch_op.add_column(sa.Column("code_digest", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("handle_proof", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("filed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("file_proof", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("turned_away_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("turned_away_because", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("asked_human_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("read_until", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("solved_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("rating", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rated_at", UTCDateTime(), nullable=True))
        batch_op.create_index(
            "room_code",
            ["code_digest"],
            unique=True,
            sqlite_where=sa.text("code_digest IS NOT NULL"),
            postgresql_where=sa.text("code_digest IS NOT NULL"),
        )

    with op.batch_alter_table("room_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("via", sa.String(), nullable=False, server_default="room"))

    for table, column, target in _REFERENCES:
        # Both databases add a reference that may be null in place; Alembic would copy the whole table on SQLite.
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER REFERENCES {target} (id)")
