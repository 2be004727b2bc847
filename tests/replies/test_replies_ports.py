"""Delivery ports with nothing connected: nothing leaves."""

from __future__ import annotations

from records.enums import Mode, ReplyStatus
from replies.dispatch import dispatch_due
from replies.ports import NullDeliveryPorts
from tests.support.outbox import DELIVER, START, OutboxSetup, answer


def test_with_nothing_connected_a_reply_is_held_and_its_guard_lets_nothing_through(outbox: OutboxSetup) -> None:
    reply_id = outbox.draft(answer())
    ports = NullDeliveryPorts(sealer=outbox.encryption, clock=outbox.clock)
    counts = dispatch_due(outbox.engine, ports=ports, claimant="test", actor=DELIVER, now=START, most=1)
    assert (counts.held, counts.looked_at) == (1, 1)
    assert outbox.reply(reply_id).status == ReplyStatus.HELD
    assert (ports.mode_of(1), [finding.kind for finding in ports.guard("Hola.", outbox.reply(reply_id))]) == (
        Mode.SHADOW,
        ["guard-error"],
    )
