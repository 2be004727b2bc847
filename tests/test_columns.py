"""Every column of every table has a reader in product code, or is on one of two short lists that say why it has none.

A column counts as read where product code loads an attribute of its name from its table, or from anything that is not
known to be something else, in a module that names the table. That is no proof; it finds what nothing reads.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.support.sources import ROOT, product_sources

AWAITED = {
    "article.body": "answers that quote an article",
    "agent.capacity": "the desk: capacity and shift",
    "agent.shift": "the desk: capacity and shift",
    "customer.market": "rules and priorities by segment",
    "customer.segment": "rules and priorities by segment",
    "care_case.subject_class": "figures by class of case",
}
"""Read by nothing yet: the later work that each waits for."""

KEPT = {
    "account.languages": "in which languages a brand was to answer",
    "account_health.last_refusal_at": "when the network refused an account",
    "agent.added_at": "when a person was let in",
    "assessment.made_at": "when a text was assessed",
    "consent.wording_version": "to which words a person agreed",
    "customer.imported_at": "when a record was taken from the company's system",
    "identity.first_heard_at": "when an author was first heard of",
    "identity_link.proved_at": "when a person proved who they are",
    "label.actor": "who corrected or proved something",
    "label.made_at": "when something was corrected or proved",
    "label.source": "on what grounds something was corrected",
    "room.last_said_at": "when a conversation was last alive",
    "rulebook.stored_at": "when a rulebook was first taken",
    "rulebook_use.actor": "who brought a rulebook into use",
    "rulebook_use.since": "when a rulebook came into use",
    "subject_key.made_at": "when a data key was made",
    "told_post.network": "on which network a post is that a delivery named",
}
"""Read by no code, but by those who read the database: who did something, when, and on what grounds."""

Tables = Mapping[str, tuple[str, set[str]]]
"""By class: the name of its table, and the columns."""

LEASES = {"claimed_by", "claimed_until"}
"""Read for every table alike by `records.leases`."""


def test_every_column_has_a_reader_or_a_stated_reason() -> None:
    unread = {f"{table}.{column}" for table, columns in unread_columns().items() for column in columns}
    assert unread == {*AWAITED, *KEPT}


def unread_columns() -> Mapping[str, set[str]]:
    tables = dict(_tables())
    read: dict[str, set[str]] = defaultdict(set)
    for file, tree in product_sources():
        if file.is_relative_to(ROOT / "records" / "tables") or "migrations" in file.parts:
            continue
        for row, column in _reads(tree, tables):
            read[row].add(column)
    return {
        table: columns - read[row] - LEASES for row, (table, columns) in tables.items() if columns - read[row] - LEASES
    }


def _tables() -> Iterator[tuple[str, tuple[str, set[str]]]]:
    """By class: the table's name, and its columns but for keys, by which rows are found and kept apart."""
    for file in sorted((ROOT / "records" / "tables").glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(keyword.arg == "table" for keyword in node.keywords):
                yield node.name, (_name_of(node), _columns_of(node))


def _name_of(table: ast.ClassDef) -> str:
    for node in table.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__":
            return str(ast.literal_eval(node.value))
    raise AssertionError(f"{table.name} has no __tablename__")


def _columns_of(table: ast.ClassDef) -> set[str]:
    named = {
        ast.unparse(node.target): ast.unparse(node.value) if node.value is not None else ""
        for node in table.body
        if isinstance(node, ast.AnnAssign)
    }
    unique = {
        name.value
        for node in table.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__table_args__"
        for call in ast.walk(node.value)
        if isinstance(call, ast.Call) and "nique" in ast.unparse(call.func)
        for name in call.args
        if isinstance(name, ast.Constant)
    }
    return {name for name, value in named.items() if "primary_key" not in value} - unique


def _reads(tree: ast.Module, tables: Tables) -> Iterator[tuple[str, str]]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    rows = [row for row in tables if row in names | imported]
    if not rows:
        return
    fields = _declared_fields(tree)
    texts, beginnings = _texts(tree), _beginnings(tree)
    for scope in _scopes(tree):
        types = _declared_types(scope)
        for node in scope:
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield from ((row, node.attr) for row in rows if _may_be(row, node.value, types, fields, tables))
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr":
                yield from (
                    (row, column)
                    for row in rows
                    if _may_be(row, node.args[0], types, fields, tables)
                    for column in tables[row][1]
                    if column in texts or column.startswith(beginnings)
                )


def _scopes(tree: ast.Module) -> Iterator[list[ast.AST]]:
    """The nodes of each function, with what is nested in it, and those of the rest of the module."""
    rest: list[ast.AST] = []
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield list(ast.walk(node))
        else:
            rest.append(node)
            waiting += ast.iter_child_nodes(node)
    yield rest


def _texts(tree: ast.Module) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _beginnings(tree: ast.Module) -> tuple[str, ...]:
    """What formatted strings begin with: names of columns are made so."""
    first = (node.values[0] for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and node.values)
    return tuple(part.value for part in first if isinstance(part, ast.Constant) and isinstance(part.value, str))


def _may_be(
    row: str,
    value: ast.expr,
    types: Mapping[str, set[str]],
    fields: Mapping[str, set[str]],
    tables: Tables,
) -> bool:
    if isinstance(value, ast.Name):
        if value.id in tables:
            return value.id == row
        declared = types.get(value.id)
    else:
        declared = fields.get(value.attr) if isinstance(value, ast.Attribute) else None
    return declared is None or any(row in each or "Row[" in each or "Any" in each for each in declared)


def _declared_fields(tree: ast.Module) -> Mapping[str, set[str]]:
    """By name: the types of the fields that the classes of a module declare."""
    fields: dict[str, set[str]] = defaultdict(set)
    for each in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        for node in each.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                fields[node.target.id].add(ast.unparse(node.annotation))
    return fields


def _declared_types(scope: Sequence[ast.AST]) -> Mapping[str, set[str]]:
    """By name: the types that a scope declares for it, also as an element of something that is declared."""
    types: dict[str, set[str]] = defaultdict(set)
    for node in scope:
        if isinstance(node, ast.arg) and node.annotation is not None:
            types[node.arg].add(ast.unparse(node.annotation))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            types[node.target.id].add(ast.unparse(node.annotation))
    for node in scope:
        if isinstance(node, ast.For | ast.comprehension):
            over = node.iter.id if isinstance(node.iter, ast.Name) else ""
            for name in _bound(node.target):
                types[name] |= types.get(over, {"Any"})
        elif isinstance(node, ast.Assign):
            for name in _bound(node.targets[0]):
                types[name].add("Any")
    return types


def _bound(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
