"""Calibration of probabilities: the temperature that fits held-back posts best, and the calibration error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

_COLDEST, _HOTTEST = 0.05, 20.0


def fitting_temperature(scores: NDArray[np.float64], answers: NDArray[np.intp], weights: NDArray[np.float64]) -> float:
    """The T that makes softmax(scores / T) most likely to give `answers` (Guo et al. 2017).

    `scores` has shape (posts, labels), `answers` holds label indices, `weights` counts each post.
    """

    def surprise(log_temperature: float) -> float:
        return log_loss(scores / np.exp(log_temperature), answers, weights)

    bounds = (np.log(_COLDEST), np.log(_HOTTEST))
    return float(np.exp(minimize_scalar(surprise, bounds=bounds, method="bounded").x))


def log_loss(
    scores: NDArray[np.float64], answers: NDArray[np.intp], weights: NDArray[np.float64] | None = None
) -> float:
    """Mean surprise in nats of `answers` under softmax(scores)."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    surprise = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(answers)), answers]
    return float(np.average(surprise, weights=weights))


def calibration_error(probabilities: NDArray[np.float64], answers: NDArray[np.intp], *, bins: int = 10) -> float:
    """Expected calibration error of the most probable label, in [0, 1], over bins of equal width."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == answers
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(float(right[place == number].mean() - confidence[place == number].mean())) * float((place == number).mean())
        for number in np.unique(place)
    ]
    return sum(gaps)
