"""Memory that is free goes back to the system."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from service.operations.process import trim_heap

PIECE = 1_000
"""Bytes: more than Python's own allocator takes."""
MEGABYTES = 64


def resident() -> float:
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library has no malloc_trim")
def test_what_lies_free_below_something_that_is_kept_is_given_back() -> None:
    pieces = [bytes([number % 256]) * PIECE for number in range(MEGABYTES * 1_000)]
    last = pieces.pop()
    pieces.clear()
    before = resident()
    trim_heap()
    assert before - resident() > MEGABYTES / 2
    assert last
