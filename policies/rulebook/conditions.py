"""The conditions of rules, in the Common Expression Language (CEL) over declared facts.

The only module that knows the CEL library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cel_expr_python import cel

from policies.rulebook.condition_syntax import facts_named
from policies.vocabulary import VOCABULARY, FactType
from records.models import FactValue

_TYPES = {
    FactType.BOOL: cel.Type.BOOL,
    FactType.INT: cel.Type.INT,
    FactType.DOUBLE: cel.Type.DOUBLE,
    FactType.STRING: cel.Type.STRING,
}
_ENVIRONMENT = cel.NewEnv(variables={name: _TYPES[one.type] for name, one in VOCABULARY.items()})
_MESSAGE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


@dataclass(frozen=True, kw_only=True)
class CompilerMessage:
    """One message of the compiler about a position in a condition. Line and column are counted from 1."""

    line: int
    column: int
    message: str


class ConditionError(ValueError):
    """A condition does not compile; `messages` says where and why."""

    def __init__(self, messages: tuple[CompilerMessage, ...]) -> None:
        self.messages = messages
        super().__init__("; ".join(one.message for one in messages))


class EvaluationError(RuntimeError):
    """A condition could not be evaluated on these values; the message ends a sentence."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A compiled condition that is true or false of a set of facts."""

    source: str
    reads: frozenset[str]
    """Names of the facts it speaks of."""
    program: cel.Expression = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class FirstMatch:
    """Some conditions compiled into one question: which is the first that holds."""

    count: int
    reads: frozenset[str]
    """Names of the facts that any of them speaks of."""
    program: cel.Expression = field(repr=False, compare=False)


class Bindings:
    """Values of facts, bound once so that many conditions can be asked about them.

    A value must be of its declared type; a name that was not bound is an error of the conditions that read it.
    """

    def __init__(self, values: Mapping[str, FactValue]) -> None:
        self._activation = _ENVIRONMENT.Activation(dict(values))

    def satisfy(self, condition: Condition) -> bool:
        """True where the condition holds. Raises EvaluationError where it is neither true nor false."""
        value = self._value(condition.program)
        if value is True or value is False:
            return value
        raise EvaluationError(str(value))

    def choose(self, choice: FirstMatch) -> int:
        """The place of the first condition that holds, counted from 0; their number where none does.

        Raises EvaluationError where one that comes before it is neither true nor false.
        """
        value = self._value(choice.program)
        if isinstance(value, int):
            return value
        raise EvaluationError(str(value))

    def _value(self, program: cel.Expression) -> object:
        try:
            return program.eval(self._activation).value()
        except (RuntimeError, TypeError, ValueError) as error:
            raise EvaluationError(str(error)) from error


def compile_condition(source: str) -> Condition:
    """Compile a condition. Raises ConditionError for a typo, a type that does not fit, or a result that is no bool."""
    if "`" in source or any("\ud800" <= character <= "\udfff" for character in source):
        raise ConditionError(
            (CompilerMessage(line=1, column=1, message="backquotes and broken Unicode are not allowed"),)
        )
    try:
        program = _ENVIRONMENT.compile(source)
    except (RuntimeError, TypeError, ValueError) as error:
        raise ConditionError(_compiler_messages(str(error))) from error
    if program.return_type() != cel.Type.BOOL:
        kind = program.return_type().name().lower()
        raise ConditionError(
            (
                CompilerMessage(
                    line=1, column=1, message=f"the condition gives a value of type {kind}, not true or false"
                ),
            )
        )
    return Condition(source=source, reads=facts_named(source, known=VOCABULARY), program=program)


def compile_first_match(conditions: Sequence[Condition]) -> FirstMatch:
    """Compile some conditions into one question. Raises ConditionError where they are too deep together."""
    # A condition may end in a comment, so its bracket closes on a line of its own.
    asked = "".join(f"({condition.source}\n) ? {place} : " for place, condition in enumerate(conditions))
    try:
        program = _ENVIRONMENT.compile(f"{asked}{len(conditions)}")
    except (RuntimeError, TypeError, ValueError) as error:
        raise ConditionError(_compiler_messages(str(error))) from error
    reads = frozenset().union(*(condition.reads for condition in conditions))
    return FirstMatch(count=len(conditions), reads=reads, program=program)


def _compiler_messages(text: str) -> tuple[CompilerMessage, ...]:
    found = tuple(
        CompilerMessage(line=int(line), column=int(column), message=message.removesuffix(" [INVALID_ARGUMENT]").strip())
        for line, column, message in _MESSAGE.findall(text)
    )
    return found or (CompilerMessage(line=1, column=1, message=text.partition("\n")[0]),)
