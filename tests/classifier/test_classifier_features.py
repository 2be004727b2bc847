"""The hashed features agree with those that the shipped weights were trained on: scikit-learn's, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.judging.features import _features, normalise, vectorize, words_of
from classifier.judging.linear_models import SPACES, TASKS
from classifier.training import training_sets


@pytest.mark.parametrize("name", sorted(SPACES))
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_rows_are_those_of_scikit_learn(name: str, texts: list[str]) -> None:
    posts, space = [words_of(normalise(text)) for text in [*texts, "", "Mi pedido no llega, no llega!!"]], SPACES[name]
    from sklearn.feature_extraction import FeatureHasher  # noqa: PLC0415 - a second and 150 MB, for this test alone
    from sklearn.preprocessing import normalize  # noqa: PLC0415

    hasher = FeatureHasher(n_features=space.buckets, input_type="string", alternate_sign=False, dtype=np.float32)
    expected = hasher.transform(_features(list(words), space) for words in posts)
    np.minimum(expected.data, 1.0, out=expected.data)
    expected = normalize(expected, copy=False)
    found = vectorize(posts, space)
    assert found.shape == expected.shape
    for attribute in ("data", "indices", "indptr"):
        ours, theirs = getattr(found, attribute), getattr(expected, attribute)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_every_task_of_the_models_has_a_training_set() -> None:
    assert tuple(training_sets.TASKS) == TASKS
