"""How telling a feature is by being rare."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix


def rarity_of(rows: csr_matrix, *, seen_more_than: int = -1) -> NDArray[np.float64]:
    """Smoothed inverse document frequency of each column; 0 for those in no more rows than `seen_more_than`."""
    seen = np.bincount(rows.indices, minlength=rows.shape[1])
    rarity = np.log((rows.shape[0] + 1) / (seen + 1)) + 1
    return np.asarray(np.where(seen > seen_more_than, rarity, 0.0))
