"""Outbox, dispatch and reconciliation against a network that takes, loses, refuses and delays as it likes."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from networks.errors import DuplicateRefused, RateLimited, Refused, TargetGone, TokenRefused, Uncertain, Unreachable
from people.subject_encryption import SubjectEncryption
from records.database import open_engine
from records.enums import Act, ReplyStatus
from records.leases import new_claimant
from replies.draft import Draft
from tests.support.memory_network import MemoryNetwork, NextWrite
from tests.support.outbox import MENTIONS, OutboxSetup, answer, external_id, person_id, private, private_reply

SETTLED = {ReplyStatus.SENT, ReplyStatus.FAILED, ReplyStatus.WITHHELD, ReplyStatus.HELD}
MENTION = st.integers(1, 12)


class KilledError(BaseException):
    """Stands for the process being killed."""


def _plans(outbox: OutboxSetup) -> st.SearchStrategy[NextWrite]:
    def plan(kind: str, seconds: int) -> NextWrite:
        late = timedelta(seconds=seconds)
        return {
            "taken": NextWrite(shown_after=late),
            "answer lost": NextWrite(raises=Uncertain("?"), shown_after=late),
            "killed after": NextWrite(raises=KilledError(), shown_after=late),  # type: ignore[arg-type]
            "killed before": NextWrite(takes=False, raises=KilledError()),  # type: ignore[arg-type]
            "request lost": NextWrite(takes=False, raises=Uncertain("?")),
            "copy": NextWrite(takes=False, raises=DuplicateRefused("?")),
            "copy of ours": NextWrite(raises=DuplicateRefused("?"), shown_after=late),
            "refused": NextWrite(takes=False, raises=Refused("?")),
            "gone": NextWrite(takes=False, raises=TargetGone("?")),
            "token": NextWrite(takes=False, raises=TokenRefused("?")),
            "unreachable": NextWrite(takes=False, raises=Unreachable("?")),
            "limited": NextWrite(takes=False, raises=RateLimited("?", until=outbox.clock() + timedelta(minutes=3))),
        }[kind]

    kinds = (
        "taken", "answer lost", "killed after", "killed before", "request lost", "copy", "copy of ours", "refused",
        "gone", "token", "unreachable", "limited",
    )  # fmt: skip
    return st.builds(plan, st.sampled_from(kinds), st.integers(0, 55))


class NeverTwice(RuleBasedStateMachine):
    furnished: Path

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        for name in ("aparte.db", "keys.db"):
            shutil.copy(self.furnished / name, self.folder / name)
        engine = open_engine(f"sqlite:///{self.folder / 'aparte.db'}")
        self.keys = open_engine(f"sqlite:///{self.folder / 'keys.db'}")
        self.outbox = OutboxSetup(engine=engine, encryption=SubjectEncryption(self.keys, b"m" * 32))
        people = {external_id(number): person_id(number) for number in range(1, MENTIONS + 1)}
        self.network = MemoryNetwork(clock=self.outbox.clock, people=people)
        self.outbox.network = self.network
        self.lives = 0

    @rule(mention_id=MENTION, make=st.sampled_from([answer, private, private_reply]))
    def draft(self, mention_id: int, make: Callable[[int], Draft]) -> None:
        draft = make(mention_id)
        if draft.act is not Act.PUBLIC_REPLY:
            draft = replace(draft, text=f"Seguimos por aquí en privado, asunto {mention_id}: {{room_link}}")
        self.outbox.draft(draft)

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        self.network.plans = data.draw(st.lists(_plans(self.outbox), max_size=5))
        self._run(self.outbox.deliver)

    @rule()
    def reconcile(self) -> None:
        self._run(self.outbox.reconcile)

    @rule(seconds=st.integers(1, 200))
    def wait(self, seconds: int) -> None:
        self.outbox.clock.advance(timedelta(seconds=seconds))

    @rule(errors=st.lists(st.sampled_from([Unreachable("?"), TokenRefused("?"), TargetGone("?")]), max_size=3))
    def fail_reads(self, errors: list[Unreachable | TokenRefused | TargetGone]) -> None:
        self.network.read_errors = [*errors]

    @invariant()
    def nothing_was_said_twice(self) -> None:
        if not hasattr(self, "network"):
            return
        said = Counter((took.target, took.text) for took in self.network.taken)
        assert not [what for what, times in said.items() if times > 1]

    def teardown(self) -> None:
        if not hasattr(self, "network"):
            return
        self._settle()
        replies = self.outbox.replies()
        assert {ReplyStatus(row.status) for row in replies} <= SETTLED
        assert all(row.reason for row in replies if row.status != ReplyStatus.SENT)
        sent = sorted(row.external_id or "" for row in replies if row.status == ReplyStatus.SENT)
        taken = sorted(took.external_id for took in self.network.taken)
        assert len({*sent}) == len(sent)
        assert {*sent} <= {*taken}
        held = {row.target_external_id for row in replies if row.status == ReplyStatus.HELD}
        explained = held | {self.network.people.get(target, "") for target in held}
        assert all(took.external_id in sent or took.target in explained for took in self.network.taken)
        self.outbox.engine.dispose()
        self.keys.dispose()
        shutil.rmtree(self.folder)

    def _settle(self) -> None:
        self.network.plans, self.network.read_errors = [], []
        for _ in range(12):
            self.outbox.clock.advance(timedelta(minutes=4))
            self._run(self.outbox.deliver)
            self._run(self.outbox.reconcile)

    def _run(self, step) -> None:  # type: ignore[no-untyped-def]
        """Run as a process of its own, which is gone when it is killed."""
        self.lives += 1
        try:
            step(claimant=f"{new_claimant().split(':')[0]}:{99_000_000 + self.lives}:life")
        except KilledError:
            return


@pytest.mark.timeout(240)
def test_no_reply_is_said_twice_and_each_ends_with_a_reason(furnished: Path) -> None:
    NeverTwice.furnished = furnished
    run_state_machine_as_test(
        NeverTwice,
        settings=settings(
            max_examples=12,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
