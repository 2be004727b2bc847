"""One word for one thing: retired names of classes and files stay away, and the pages name files that exist.

The words in use are in the glossary of docs/concepts.md. Tables, columns, settings, facts, commands and other stored
values keep theirs: they are text to the code, and no name of a class or file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    *("records", "ledger", "people", "networks", "classifier", "policies", "cases"),
    *("listener", "replies", "room", "service", "dashboard", "sandbox"),
)
RETIRED_CLASSES = {
    "House": "App", "Premises": "RoomContext", "Standing": "MentionContext, CaseState, ReplyContext",
    "BrandStanding": "BrandContext", "CaseStanding": "CaseContext", "PostStanding": "ReplyContext",
    "Bounds": "SendingLimits", "Orders": "ActiveRulebook", "Situation": "SendContext", "Dispatching": "DeliveryPorts",
    "Outgoing": "PlannedAct, GuardedText, OutboundMessage", "Found": "a name of what is found",
    "Line": "a name of what the line holds", "Stored": "IngestResult", "Outcome": "a name of whose outcome",
    "Taken": "a name of what was claimed", "Telling": "LogSubject", "Turn": "PollTurn",
    "Desk": "the functions of service/desk", "FrontDesk": "VerificationPorts", "Gate": "AuthGate",
    "Doorkeeper": "Authenticator", "Door": "Endpoint or Middleware", "Doors": "its routes", "Opener": "Unsealer",
    "Visit": "RequestContext, RoomVisit, browser session", "WayOut": "OptOut", "Spray": "SprayAttack",
    "Attempts": "SignInThrottle", "RoomGuessRow": "FailedAttemptRow", "Learner": "LabelSink", "Lesson": "training set",
    "ProofLabels": "TrainingLabels", "ProofPorts": "VerificationPorts", "Vault": "SubjectEncryption",
    "Enrolment": "CrmImport", "Enrolled": "CrmImportResult", "Letter": "Notification", "LetterRow": "NotificationRow",
    "LetterError": "NotificationError", "Notice": "Notification, Change", "Mailroom": "InboundEmailHandler",
    "HeardFeed": "FeedPage", "HeardPost": "FetchedPost", "HeardMessage": "FetchedMessage", "Place": "PageCursor",
    "ToldPostRow": "PendingPostRow", "Missed": "CoverageGap", "GapRow": "CoverageGapRow", "Recognised": "Attribution",
    "Recognise": "Attribute", "Reread": "Refetched", "Rechecked": "RecheckResult", "Leg": "Side",
    "PublicLeg": "PublicSide", "PrivateLeg": "PrivateSide", "Rehearsed": "Trial", "Tried": "Trial",
    "Replayed": "ReplayResult", "Tally": "SimulationCounts", "Children": "ChildProcesses", "Head": "LinearModel",
    "Chip": "Badge", "Wait": "a name of who waits", "Wish": "a name of what is asked", "Us": "OwnAccount",
    "Cells": "ValuePartitions", "Stretch": "RuleGroup, PlaySpan", "Opaque": "OpaqueClause", "NearRule": "NearMiss",
    "Complaint": "CompilerMessage", "Keyring": "TokenRegistry", "Lot": "SeededDraw", "SecondThoughts": "LaterChanges",
    "Whispered": "SentMessage", "Said": "PublishedPost",
}  # fmt: skip
RETIRED_FILES = {
    "house": "app", "premises": "context", "ways_out": "opt_out", "guesses": "throttling", "filing": "link_record",
    "handle_proofs": "verification/handle", "codes_of_proof": "verification/one_time_code",
    "proof_ports": "verification/ports", "proof_labels": "training labels", "conversation_human": "escalation",
    "raising": "escalation", "specialists": "escalation", "letters": "notifications", "notices": "notifications",
    "mailroom": "inbound_email", "hearing": "poll", "walking": "pagination", "walks": "pagination",
    "told_posts": "pending_posts", "waves": "near_duplicates", "copies": "near_duplicates", "sketch": "minhash",
    "recognising": "attribution", "recognition": "attribution", "settling": "reconcile", "missed": "coverage_gaps",
    "outages": "coverage_gaps", "storable": "sanitise", "stored": "intake", "rereads": "refetch",
    "rereading": "refetch", "checks": "recheck_schedule", "standing": "context, state, status",
    "surroundings": "thread_history", "bounds": "context", "brand_orders": "context",
    "brand_standing": "context", "case_standing": "context", "obstacles": "reply_blockers",
    "permitting": "permissions", "outgoing": "acts, guarded_text, outbound", "situation": "send_context",
    "looking": "preflight", "taking": "dispatch", "telling": "log_entries", "doubt": "outcome", "rewording": "draft",
    "stopping": "cancel", "dispatching": "ports, dispatch", "consequences": "on_ingest", "sent_acts": "on_delivery",
    "silences": "private_side", "rehearsing": "simulate", "trying": "trial", "redeciding": "redecide",
    "tallies": "counts", "outcomes": "estimate", "unsealing": "reveal", "vault": "subject_encryption",
    "enrolment": "crm_import", "register": "tabular", "export_lines": "tabular", "customer_keys": "blind_index",
    "stretches": "rulebook", "cells": "value_partitions", "near": "near_misses", "sheet": "fact_sheet",
    "clauses": "condition_syntax", "longest": "template_length", "leftovers": "wording", "masks": "obfuscation",
    "readings": "value_spellings", "said_values": "conversation_values", "known_values": "protected_values",
    "loose_numbers": "unexplained_digits", "letter_names": "codes", "disguises": "obfuscation",
    "heads": "linear_models", "themes": "features", "cues": "train", "meaning": "train", "rarity": "train",
    "recipes": "training_sets", "visit": "request_context", "visits": "browser_session, room_visits",
    "visitor": "sessions", "pieces": "html_fragments", "shown": "html_fragments", "why_page": "explanation",
    "opening_page": "case_list", "nouns": "models", "words": "enums", "second_thoughts": "unruly_posts",
}  # fmt: skip
VAGUE_FILES = frozenset({"utils", "util", "helpers", "helper", "manager", "core", "common", "misc", "base"})
PATH = re.compile(rf"`((?:{'|'.join(PACKAGES)}|tests|benchmarks)/[\w./-]*)`")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_class_has_a_retired_name(package: str) -> None:
    back = {
        f"{file.relative_to(ROOT)}: {node.name}": RETIRED_CLASSES[node.name]
        for file in sources(package)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name in RETIRED_CLASSES
    }
    assert back == {}


def test_no_two_classes_share_a_name() -> None:
    where: dict[str, list[str]] = {}
    for package in PACKAGES:
        for file in sources(package):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    where.setdefault(node.name, []).append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in where.items() if len(files) > 1} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_or_folder_has_a_retired_or_a_vague_name(package: str) -> None:
    parts = {(part, file) for file in sources(package) for part in file.relative_to(ROOT).with_suffix("").parts[1:]}
    back = {str(file.relative_to(ROOT)): part for part, file in parts if part in RETIRED_FILES or part in VAGUE_FILES}
    doors = {str(file.relative_to(ROOT)): part for part, file in parts if part.endswith(("_doors", "_letters"))}
    assert back | doors == {}


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md"))])
def test_every_file_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {PurePosixPath(found) for found in PATH.findall(text)}
    assert {str(path) for path in named if not (ROOT / path).exists()} == set()


def sources(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / package).rglob("*.py"))
