"""A rulebook as written: YAML blocks with line numbers, and the files that are shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from policies.rulebook.problems import RulebookProblem

_LARGEST = 1_000_000
"""Characters. People write rulebooks; a longer file is another one by mistake."""
QUOTE_THE_CONDITION = "YAML gives a meaning of its own to the first sign; write `when: |` and the condition below it."
_QUOTE_THE_TEXT = "Between braces, put a text that holds any of ? : , # [ ] { } in quotes."
_IN_BRACES = re.compile(r"\{.*[?:,#\[\]{}]")
_SPECIAL_START = re.compile(r"\s*when:\s*[!&*'\"\[{]")
STANDARD_TEMPLATES = "templates"
_OF_SECTOR = {"bank": "retail-bank", "airline": "airline"}
_FOLDER = Path(__file__).parents[1] / "rulebooks"


@dataclass(frozen=True, kw_only=True)
class RulebookDocument:
    """A rulebook as written, in blocks."""

    root: SourceBlock
    languages: tuple[str, ...]
    rules: tuple[WrittenRule, ...]
    templates: SourceBlock | None


@dataclass(frozen=True, kw_only=True)
class WrittenRule:
    """One rule as written; `name` says which one it is even where the author gave none."""

    name: str
    line: int
    block: SourceBlock
    then: SourceBlock | None
    limits: SourceBlock | None


@dataclass(frozen=True, kw_only=True)
class SourceBlock:
    """Keys and values in the order in which they were written, repeated keys included."""

    line: int
    entries: tuple[SourceEntry, ...]

    def entry(self, key: str) -> SourceEntry | None:
        """The first entry of that key."""
        return next((entry for entry in self.entries if entry.key == key), None)

    def text(self, key: str) -> str | None:
        """The scalar under a key without outer spaces, or None where there is none."""
        entry = self.entry(key)
        return entry.text.strip() if entry is not None and entry.text is not None else None

    def block(self, key: str) -> SourceBlock | None:
        """The block under a key, or None where there is none."""
        entry = self.entry(key)
        return entry.block if entry is not None else None


@dataclass(frozen=True, kw_only=True)
class SourceEntry:
    """One `key: value` of a block."""

    key: str
    line: int
    node: yaml.Node
    """The value, not interpreted yet."""

    @property
    def text(self) -> str | None:
        """A scalar as it was written, or None for a list or a block. `no` stays `no`."""
        return self.node.value if isinstance(self.node, yaml.ScalarNode) else None

    @property
    def words(self) -> tuple[str, ...] | None:
        """A list of scalars, or None for anything else."""
        if not isinstance(self.node, yaml.SequenceNode):
            return None
        texts = [item.value for item in self.node.value if isinstance(item, yaml.ScalarNode)]
        return tuple(texts) if len(texts) == len(self.node.value) else None

    @property
    def block(self) -> SourceBlock | None:
        """A nested block, or None for anything else."""
        return block_of(self.node)

    @property
    def items(self) -> tuple[SourceEntry, ...]:
        """The items of a list, each under this entry's key; empty for anything else."""
        if not isinstance(self.node, yaml.SequenceNode):
            return ()
        return tuple(SourceEntry(key=self.key, line=item.start_mark.line + 1, node=item) for item in self.node.value)

    @property
    def is_tagged(self) -> bool:
        """True where YAML took a leading `!word` for a tag and dropped it from the value."""
        return str(self.node.tag).startswith("!")

    @property
    def text_line(self) -> int:
        """The line on which the first line of a scalar's text stands."""
        is_literal = isinstance(self.node, yaml.ScalarNode) and self.node.style in {"|", ">"}
        return int(self.node.start_mark.line) + (2 if is_literal else 1)


def read_document(source: str) -> RulebookDocument | RulebookProblem:
    """Read YAML into blocks. A text that is no rulebook gives one problem."""
    if len(source) > _LARGEST:
        return RulebookProblem(line=1, rule=None, message=f"The file is longer than {_LARGEST} characters.")
    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        message = f"This is not YAML: {error.problem or error.context}."
        return RulebookProblem(line=line, rule=None, message=message, hint=_hint_for(source, line))
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, int(error.position)) + 1
        return RulebookProblem(line=line, rule=None, message=f"This is not YAML: {error.reason}.")
    except RecursionError:
        return RulebookProblem(line=1, rule=None, message="The file is nested too deeply.")
    root = block_of(node) if node is not None else None
    if root is None:
        return RulebookProblem(
            line=1, rule=None, message="A rulebook is a list of keys: rulebook, languages, rules, templates."
        )
    languages = root.entry("languages")
    return RulebookDocument(
        root=root,
        languages=(languages.words or ()) if languages is not None else (),
        rules=tuple(_written_rules(root)),
        templates=root.block("templates"),
    )


def block_of(node: yaml.Node) -> SourceBlock | None:
    """The keys and values of a YAML mapping, or None where the node is none. A key that is no scalar is left empty."""
    if not isinstance(node, yaml.MappingNode):
        return None
    entries = tuple(
        SourceEntry(
            key=str(key.value) if isinstance(key, yaml.ScalarNode) else "",
            line=key.start_mark.line + 1,
            node=value,
        )
        for key, value in node.value
    )
    return SourceBlock(line=node.start_mark.line + 1, entries=entries)


def shipped_name(sector: str) -> str:
    """The shipped rulebook that a brand of a sector starts with."""
    return _OF_SECTOR.get(sector, "default")


@cache
def shipped_source(name: str) -> str:
    """The text of a shipped file by its bare name, such as `default`. Raises FileNotFoundError where there is none."""
    return (_FOLDER / f"{name}.yaml").read_bytes().decode()


@cache
def standard_templates() -> SourceBlock:
    """The templates that every rulebook may use without writing them; its own of the same name come first."""
    document = read_document(shipped_source(STANDARD_TEMPLATES))
    templates = getattr(document, "templates", None)
    if not isinstance(templates, SourceBlock):
        raise TypeError("The shipped templates.yaml is damaged; install the program again.")
    return templates


def _hint_for(source: str, line: int) -> str:
    (written,) = source.splitlines()[line - 1 : line] or ("",)
    if _SPECIAL_START.match(written):
        return QUOTE_THE_CONDITION
    return _QUOTE_THE_TEXT if _IN_BRACES.search(written) else ""


def _written_rules(root: SourceBlock) -> Iterator[WrittenRule]:
    rules = root.entry("rules")
    if rules is None or not isinstance(rules.node, yaml.SequenceNode):
        return
    for number, node in enumerate(rules.node.value, start=1):
        block = block_of(node)
        if block is None:
            block = SourceBlock(line=node.start_mark.line + 1, entries=())
        yield WrittenRule(
            name=block.text("name") or f"number {number}",
            line=block.line,
            block=block,
            then=block.block("then"),
            limits=block.block("limits"),
        )
