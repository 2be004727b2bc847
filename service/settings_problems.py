"""Turns what is wrong with a settings file into sentences that name the setting and say what to do."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


def describe(error: ValidationError, *, path: Path, document: type[BaseModel]) -> str:
    """One sentence a problem, for example `aparte.toml: [service] databse is no setting; did you mean database?`"""
    return "\n".join(f"{path}: {_sentence(problem, document)}" for problem in error.errors())


def _sentence(problem: ErrorDetails, document: type[BaseModel]) -> str:
    place = _place(problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = _known_names(problem["loc"][:-1], document)
        close = difflib.get_close_matches(str(problem["loc"][-1]), known, n=1)
        advice = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}."
        return f"{place} is no setting; {advice}"
    if problem["type"] == "missing":
        return f"{place} is missing: add it."
    message = problem["msg"].removeprefix("Value error, ")
    return f"{place} = {problem['input']!r} will not do: {message[:1].lower()}{message[1:]}."


def _place(location: tuple[int | str, ...]) -> str:
    section, *rest = location
    name = ".".join(str(part) for part in rest if not isinstance(part, int))
    numbers = [part + 1 for part in rest if isinstance(part, int)]
    if not rest:
        return f"[{section}]"
    return f"[[{section}]] number {numbers[0]}: {name}" if numbers else f"[{section}] {name}"


def _known_names(location: tuple[int | str, ...], document: type[BaseModel]) -> list[str]:
    model: type[BaseModel] = document
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_of(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_of(inner))), None)
