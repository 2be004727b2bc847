"""What each process of the service sets up for itself: logs to stderr, signals, and how memory is collected."""

from __future__ import annotations

import ctypes
import gc
import logging
import signal
import sys
import time

import structlog

LOOK_SECONDS = 0.2
"""How often a process that waits for the signal to stop looks for it."""
YOUNG_OBJECTS = 100_000
"""A batch makes tens of thousands of short-lived records: collecting at every 700th takes a sixth of the time."""


def set_up_logs(form: str, *, verbose: bool = True) -> None:
    """Log as `text` or `json`. Levels below INFO, and below WARNING where not `verbose`, are dropped."""
    level = logging.INFO if verbose else logging.WARNING
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks if form == "json" else structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    # It warns whenever a step still runs as it falls due again, which is ordinary here.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def leave_on_sigterm() -> None:
    """Leave by SystemExit when asked to end, so that every `with` ends what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


class StopSignal:
    """Ends the wait of a process that was told to stop.

    It looks at a flag now and then, without a lock. A signal that arrives as the interpreter begins to wait for a lock,
    as `threading.Event.wait` does, is handled only once another signal arrives.
    """

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """End the wait. May be called by a handler of signals."""
        self._is_set = True

    def wait(self) -> None:
        """Wait until it is set."""
        while not self._is_set:
            time.sleep(LOOK_SECONDS)


def stop_on_signals() -> StopSignal:
    """What SIGINT and SIGTERM set, so that a service can end cleanly."""
    stop = StopSignal()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def freeze_gc() -> None:
    """Exclude what is loaded by now from garbage collection, and collect less often. Called once, after loading."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 100)


def trim_heap() -> None:
    """Return free memory to the system: glibc keeps it for each thread, a tenth of the process after a while.

    Where the C library cannot do so, nothing happens.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
