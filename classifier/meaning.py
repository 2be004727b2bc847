"""Directions of meaning learnt from many posts without labels, so that few labelled posts go further.

Latent semantic analysis of the hashed features. It is used in training alone: a linear model over the
directions is a linear model over the features, so judging costs nothing more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.utils.extmath import randomized_svd

from classifier.rarity import rarity_of

DIRECTIONS = 100
_PASSES = 2
_SEEN = 2
"""Features in no more posts than this say nothing about meaning."""
_SHARE = 0.3
"""Spread of each direction over the labelled posts, beside features of about 1."""


def directions_of(labelled: csr_matrix, background: csr_matrix, *, seed: int) -> NDArray[np.float64]:
    """The projection of shape (buckets, directions) that `background` teaches, scaled to the `labelled` rows."""
    rarity = rarity_of(background, seen_more_than=_SEEN)
    kept = np.flatnonzero(rarity)
    scaled = (background[:, kept] @ diags(rarity[kept])).tocsr()
    _, _, axes = randomized_svd(scaled, DIRECTIONS, n_iter=_PASSES, random_state=seed)
    projection = np.zeros((len(rarity), len(axes)))
    projection[kept] = axes.T * rarity[kept, None]
    spread = np.std(labelled @ projection, axis=0)
    return np.asarray(projection * (_SHARE / np.maximum(spread, 1e-9)))
