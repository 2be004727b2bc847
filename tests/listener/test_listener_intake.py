"""Storing pages: however they are cut, repeated or ordered, the same rows result."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.stored import Stored
from listener.text_digest import text_digest
from networks.protocol import OwnPost, Page
from records.nouns import Author, Feed, HeardMessage, HeardPost, PostAbove

from .conftest import ENDS_AT
