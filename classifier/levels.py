"""The levels of effort a judge can be loaded at, and the feature spaces each one reads."""

from __future__ import annotations

from classifier.features import FeatureSpace

SPACES = {
    "words": FeatureSpace(buckets=2**17, character_range=None),
    "characters": FeatureSpace(buckets=2**18, character_range=(2, 5)),
}
"""Every space that models are trained in, by the name that artifacts carry."""

LEVELS: dict[str, tuple[str, ...]] = {
    "fast": ("words",),
    "balanced": ("characters",),
    "accurate": ("words", "characters"),
}
"""Which spaces a level reads; where there are several, their scores are averaged."""


def spaces_of(level: str) -> tuple[str, ...]:
    """The names of the spaces that `level` reads.

    Raises ValueError where the level is not one of `LEVELS`.
    """
    try:
        return LEVELS[level]
    except KeyError:
        raise ValueError(f"unknown level {level!r}: choose one of {', '.join(LEVELS)}") from None
