from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.judging.linear_models import (
    SPACES,
    ArtifactError,
    LinearModel,
    artifact_path,
    load_model,
    load_models,
    save_model,
)
from classifier.training.build import build
from classifier.training.calibration import calibration_error, fitting_temperature, log_loss
from classifier.training.labelled_posts import LabelledFileError, read_labelled, read_texts
from classifier.training.train import train
from classifier.training.training_sets import TASKS, TRAINING_SETS, files_for

POSTS = {
    "negative": ["my bag is lost again", "awful queue at the desk", "worst bank of the town"],
    "neutral": ["the branch opens at nine", "new route to Lisbon", "the app has a map"],
    "positive": ["thank you, lovely crew", "great help on the phone", "best counter ever"],
}


def write_csv(file: Path, rows: list[dict[str, str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    rows = [
        {"text": f"{text} {number}", "label": label}
        for label, texts in POSTS.items()
        for text in texts
        for number in ("today", "yesterday", "tomorrow")
    ]
    return write_csv(tmp_path / "posts_train.csv", rows)


def test_a_trained_model_answers_what_it_was_taught(labelled: Path, tmp_path: Path) -> None:
    report = train("sentiment", [labelled], out=tmp_path / "out")
    assert report.posts == 27
    assert report.labels == {"negative": 9, "neutral": 9, "positive": 9}
    models = load_models("balanced", folder=tmp_path / "out", tasks=("sentiment",))
    (row,) = models.probabilities([["lovely", "crew"]])["sentiment"]
    assert models.labels["sentiment"][row.argmax()] == "positive"


def test_equal_files_and_seed_give_equal_artifacts(labelled: Path, tmp_path: Path) -> None:
    one = train("sentiment", [labelled], out=tmp_path / "one", seed=3)
    other = train("sentiment", [labelled], out=tmp_path / "other", seed=3)
    assert [path.read_bytes() for path in one.artifacts] == [path.read_bytes() for path in other.artifacts]


def test_background_files_are_read_for_their_words_alone(labelled: Path, tmp_path: Path) -> None:
    texts = [{"text": f"post number {number} of the crew", "label": "anything"} for number in range(120)]
    background = write_csv(tmp_path / "us_airline_train.csv", texts)
    rows = [
        {"text": f"{text} {number}", "label": label}
        for label, text in (("customer", "my bag"), ("prospect", "how much is it"), ("bystander", "news"))
        for number in ("one", "two", "three")
    ]
    taught = write_csv(tmp_path / "own.csv", rows)
    report = train("relation", [taught, background], out=tmp_path / "out")
    assert (report.posts, report.background) == (9, 120)


@pytest.mark.parametrize("name", ["posts_dev.csv", "posts_val.csv", "posts_test.csv"])
def test_files_for_measuring_are_refused_for_training(name: str, labelled: Path, tmp_path: Path) -> None:
    measuring = labelled.rename(tmp_path / name)
    with pytest.raises(LabelledFileError, match=f"{name} is for measuring"):
        train("sentiment", [measuring], out=tmp_path)


def test_a_label_without_posts_is_named(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [{"text": "good", "label": "positive"}] * 5)
    with pytest.raises(LabelledFileError, match="add some of negative, neutral"):
        train("sentiment", [file], out=tmp_path)


def test_an_unknown_label_is_named_with_its_line(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [{"text": "good", "label": "positive"}, {"text": "b", "label": "meh"}])
    with pytest.raises(LabelledFileError, match="line 3: label 'meh'"):
        read_labelled("sentiment", file)


def test_an_unknown_task_names_those_there_are(labelled: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose one of sentiment, relation"):
        train("mood", [labelled], out=tmp_path)


def test_a_missing_file_or_column_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match="cannot be read"):
        read_labelled("sentiment", tmp_path / "absent.csv")
    without_text = write_csv(tmp_path / "a.csv", [{"words": "good", "label": "positive"}])
    with pytest.raises(LabelledFileError, match="no column `text`"):
        read_labelled("sentiment", without_text)
    without_label = write_csv(tmp_path / "b.csv", [{"text": "good"}])
    with pytest.raises(LabelledFileError, match="neither a column `intent` nor `label`"):
        read_labelled("intent", without_label)


def test_one_file_teaches_several_tasks_from_its_columns(tmp_path: Path) -> None:
    row = {"text": "where do I buy one", "label": "prospect", "intent": "purchase_question", "urgency": "low"}
    file = write_csv(tmp_path / "relation_train.csv", [row])
    found = {task: read_labelled(task, file)[0].label for task in ("relation", "intent", "urgency")}
    assert found == {"relation": "prospect", "intent": "purchase", "urgency": "low"}


def test_posts_on_which_readers_disagreed_are_left_out(tmp_path: Path) -> None:
    rows = [{"text": text, "label": label} for text, label in (("a", "toxic"), ("b", "disagree"), ("c", "neither"))]
    file = write_csv(tmp_path / "a.csv", rows)
    assert [post.label for post in read_labelled("toxicity", file)] == ["toxic", "not-toxic"]


def test_broken_bytes_and_long_fields_are_ordinary_input(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"text,label\n\xff\xfe bad,negative\n" + b"x" * 2_000_000 + b",positive\n")
    assert [post.label for post in read_labelled("sentiment", file)] == ["negative", "positive"]
    assert len(read_texts(file)) == 2


def test_no_recipe_reads_a_file_for_measuring() -> None:
    names = [name for task in TASKS for name in files_for(task)]
    assert set(TRAINING_SETS) == set(TASKS)
    assert not [name for name in names if "_dev" in name or "_val" in name]


def test_building_names_the_first_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match=r"us_airline_train\.csv is not under"):
        build(tmp_path, tmp_path)


def small_head() -> LinearModel:
    buckets = SPACES["words"].buckets
    weights = np.zeros((buckets, 2), dtype=np.float32)
    weights[5] = (1.5, -0.25)
    bias = np.array([0.5, -0.5], dtype=np.float32)
    terms = (("queue",), ())
    return LinearModel(
        task="toxicity", space="words", labels=("a", "b"), weights=weights, bias=bias, explanation_terms=terms
    )


def test_a_saved_model_is_read_back_within_its_rounding(tmp_path: Path) -> None:
    head = small_head()
    save_model(head, tmp_path)
    read = load_model(tmp_path, "toxicity", "words")
    assert (read.task, read.labels, read.explanation_terms) == (head.task, head.labels, head.explanation_terms)
    np.testing.assert_allclose(read.weights, head.weights, atol=1.5 / 127)


def test_a_damaged_or_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="is missing: run `aparte train toxicity"):
        load_model(tmp_path, "toxicity", "words")
    path = save_model(small_head(), tmp_path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ArtifactError, match="is damaged"):
        load_model(tmp_path, "toxicity", "words")


def test_a_model_file_with_pickled_objects_is_not_loaded(tmp_path: Path) -> None:
    path = artifact_path(tmp_path, "toxicity", "words")
    np.savez(path, format=np.array([{"code": print}], dtype=object), allow_pickle=True)
    with pytest.raises(ArtifactError, match="is damaged"):
        load_model(tmp_path, "toxicity", "words")


@given(st.floats(0.2, 5.0), st.integers(0, 99))
def test_the_fitted_temperature_is_never_worse_than_none(scale: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(60, 3)) * scale
    answers = random.integers(0, 3, size=60).astype(np.intp)
    heat = fitting_temperature(scores, answers, np.ones(60))
    assert log_loss(scores / heat, answers) <= log_loss(scores, answers) + 1e-6


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    sure = np.array([[0.9, 0.1]] * 10)
    answers = np.array([0] * 6 + [1] * 4, dtype=np.intp)
    assert calibration_error(sure, answers) == pytest.approx(0.3)
