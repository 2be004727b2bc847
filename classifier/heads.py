"""A trained linear model of one task in one feature space, and the file it is shipped in."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

ARTIFACTS = Path(__file__).with_name("artifacts")
_FORMAT = 1
_STEPS = 127


class ArtifactError(RuntimeError):
    """A model file is missing or is not what it should be."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """Scores of one task: softmax(rows @ weights + bias) is its calibrated probability."""

    task: str
    space: str
    """Name of the feature space in `classifier.levels.SPACES`."""
    labels: tuple[str, ...]
    weights: FloatArray
    """Shape (buckets, labels); the calibration temperature is already divided in."""
    bias: FloatArray
    """Shape (labels,)."""
    cues: tuple[tuple[str, ...], ...]
    """For each label, words that speak for it and are common enough to be named as evidence."""


def artifact_path(folder: Path, task: str, space: str) -> Path:
    """Where the model of `task` in `space` lies."""
    return folder / f"{task}-{space}.npz"


def save_head(head: Head, folder: Path) -> Path:
    """Write `head` as plain arrays, its weights rounded to 8 bits a label; equal heads give equal bytes."""
    scale = np.maximum(np.abs(head.weights).max(axis=0), 1e-12) / _STEPS
    arrays = {
        "format": np.array(_FORMAT),
        "task": np.array(head.task),
        "space": np.array(head.space),
        "labels": np.array(head.labels),
        "steps": np.rint(head.weights / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": head.bias.astype(np.float32),
        "cues": np.array([" ".join(words) for words in head.cues]),
    }
    path = artifact_path(folder, head.task, head.space)
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            # ZipInfo without a date: the file's hash is the model's version.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED)
    return path


def load_head(folder: Path, task: str, space: str) -> Head:
    """Read a model without running code from it.

    Raises ArtifactError, saying which file and what to do, where it is missing or malformed.
    """
    path = artifact_path(folder, task, space)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if int(arrays["format"]) != _FORMAT:
                raise ArtifactError(f"{path.name} has another format: train {task} again")
            return Head(
                task=str(arrays["task"]),
                space=str(arrays["space"]),
                labels=tuple(str(label) for label in arrays["labels"]),
                weights=arrays["steps"].astype(np.float32) * arrays["scale"],
                bias=arrays["bias"],
                cues=tuple(tuple(str(words).split()) for words in arrays["cues"]),
            )
    except FileNotFoundError:
        raise ArtifactError(f"{path.name} is missing: run `aparte train {task} FILE...`") from None
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path.name} is damaged ({error}): train {task} again") from error
