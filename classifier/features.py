"""From posts to hashed sparse features: the one vectorization that every model of a level shares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import FeatureHasher
from sklearn.preprocessing import normalize

from classifier.themes import theme_features

_TOKEN = re.compile(r"[@#]?[^\W_]+(?:'[^\W_]+)?|[!?]+|[:;=]-?[()dp/\\]|<3|\S")
_STEM = 5
"""Letters kept of a longer word, so that the forms of a verb or noun meet."""


@dataclass(frozen=True, kw_only=True)
class FeatureSpace:
    """How texts become rows; models that share a pass have equal spaces."""

    buckets: int
    """Columns of the hashed space; a power of two."""
    character_range: tuple[int, int] | None
    """Shortest and longest character n-gram inside words, or None for words alone."""


def words_of(normal: str) -> list[str]:
    """The words, signs and emoji of a normalised text, in order."""
    return _TOKEN.findall(normal)


def vectorize(posts: Sequence[Sequence[str]], space: FeatureSpace) -> csr_matrix:
    """Rows of unit length in float32, shape (len(posts), space.buckets); each post is its `words_of`."""
    hasher = FeatureHasher(n_features=space.buckets, input_type="string", alternate_sign=False, dtype=np.float32)
    rows = hasher.transform(_features(list(words), space) for words in posts)
    np.minimum(rows.data, 1.0, out=rows.data)
    return normalize(rows, copy=False)


def _features(words: list[str], space: FeatureSpace) -> list[str]:
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    found = words + pairs + theme_features(words, pairs)
    found += [f"{word[:_STEM]}~" for word in words if len(word) > _STEM]
    if space.character_range is not None:
        found += _character_grams(words, *space.character_range)
    return found


def _character_grams(words: list[str], shortest: int, longest: int) -> list[str]:
    grams: list[str] = []
    for word in words:
        edged = f"^{word}$"
        for size in range(shortest + 1, longest + 1):
            grams += [edged[start : start + size] for start in range(len(edged) - size + 1)]
    return grams
