from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifier.training.evaluation import evaluate
from classifier.training.labelled_posts import LabelledFileError

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

FLOORS = [
    # task, file, macro-F1 that the shipped models must keep at `balanced`
    ("sentiment", "us_airline_dev.csv", 0.70),
    ("sentiment", "es_airline_dev.csv", 0.51),
    ("relation", "relation_dev.csv", 0.58),
    ("intent", "relation_dev.csv", 0.34),
    ("urgency", "relation_dev.csv", 0.57),
    ("toxicity", "es_goldtox_dev.csv", 0.77),
    ("toxicity", "tweeteval_offensive_val.csv", 0.68),
]


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    file = tmp_path / "posts_dev.csv"
    file.write_text(
        "text,label\n"
        '"@acme worst service ever, my bag is lost, awful",negative\n'
        '"@acme thank you so much, great crew, love it",positive\n'
        '"@acme terrible delay, rude staff",positive\n',
        encoding="utf-8",
    )
    return file


def test_scores_are_those_of_the_confusion(posts: Path) -> None:
    found = evaluate("sentiment", posts, level="fast")
    assert found.n == 3
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.confusion["positive"] == {"negative": 1, "neutral": 0, "positive": 1}
    assert found.classes["negative"].precision == pytest.approx(0.5)
    assert found.classes["positive"].recall == pytest.approx(0.5)
    assert found.classes["neutral"].support == 0
    assert found.macro_f1 == pytest.approx(2 / 3)
    assert found.log_loss > 0
    assert 0 <= found.calibration_error <= 1


def test_an_evaluation_is_plain_json(posts: Path) -> None:
    found = json.loads(json.dumps(evaluate("sentiment", posts, level="balanced").as_json()))
    assert found["file"] == "posts_dev.csv"
    assert found["classes"]["negative"]["recall"] == 1.0
    assert found["model_version"].startswith("balanced-")


def test_a_file_without_posts_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("text,label\n", encoding="utf-8")
    with pytest.raises(LabelledFileError, match="has no labelled post for sentiment"):
        evaluate("sentiment", empty, level="fast")


@pytest.mark.shared
@pytest.mark.parametrize(("task", "name", "floor"), FLOORS)
def test_shipped_models_keep_what_they_reached(task: str, name: str, floor: float) -> None:
    files = sorted(DATA.rglob(name)) if DATA.is_dir() else []
    if not files:
        pytest.skip(f"{name} is not beside the project")
    assert evaluate(task, files[0], level="balanced").macro_f1 >= floor
