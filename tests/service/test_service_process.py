"""What a process sets up for itself: signals end its wait, before and while it waits."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from service.operations.process import StopSignal, stop_on_signals


@pytest.fixture
def handlers() -> Iterator[None]:
    """What this process did on signals before is what it does afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_the_wait_ends_it(number: signal.Signals) -> None:
    stop = stop_on_signals()
    os.kill(os.getpid(), number)
    stop.wait()


def test_what_is_set_while_another_waits_ends_the_wait() -> None:
    stop, ended = StopSignal(), threading.Event()
    waiting = threading.Thread(target=lambda: (stop.wait(), ended.set()))
    waiting.start()
    assert not ended.is_set()
    stop.set()
    waiting.join(timeout=30)
    assert ended.is_set()
