"""Structured logs: one line an event, to stderr, for people or as JSON."""

from __future__ import annotations

import logging
import sys

import structlog


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
    # It warns whenever a step is still at work as its time comes round again, which is the ordinary course of things.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
