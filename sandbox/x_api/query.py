"""Recent search's query language, as far as Aparte needs it.

Words, "phrases", OR, parentheses, negation, `@handle`, `#tag`, `from:`, `to:`, `conversation_id:`, `lang:`,
`url:`, `quotes_of_tweet_id:`, `in_reply_to_tweet_id:`, `is:reply`, `is:retweet`, `is:quote`, `has:media`, `has:links`,
`has:mentions`; ids of edited posts mean all their versions. AND is a space and binds tighter than OR, as on X.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.world.models import BrandAccount, Post
from sandbox.world.texts import link_spans, short_link

Matcher = Callable[[Post], bool]
TOKEN = re.compile(
    r"""\s*(?:(?P<close>\))|(?P<not>-?)(?:(?P<open>\()|(?P<name>\w+:)?"(?P<quoted>[^"]*)"|(?P<word>[^\s()"]+)))"""
)


class QueryError(ValueError):
    """The query cannot be read; the message says where."""


@dataclass(frozen=True, kw_only=True)
class QueryToken:
    """One piece of a query: `kind` is open, close, or, or term."""

    kind: str
    text: str = ""
    negated: bool = False
    quoted: bool = False


def compiled(query: str, accounts: tuple[BrandAccount, ...]) -> Matcher:
    """A test for posts; QueryError where the query is malformed."""
    tokens = list(_tokens(query))
    if not tokens:
        raise QueryError("the query is empty")
    matcher, rest = _any_of(tokens, accounts)
    if rest:
        raise QueryError("there is a ) without its (")
    return matcher


def _tokens(query: str) -> Iterator[QueryToken]:
    position = 0
    while query[position:].strip():
        found = TOKEN.match(query, position)
        if found is None:
            raise QueryError(f"it cannot be read at position {position}")
        position = found.end()
        yield _token(found)


def _token(found: re.Match[str]) -> QueryToken:
    negated = bool(found["not"])
    if found["open"]:
        return QueryToken(kind="open", negated=negated)
    if found["close"]:
        return QueryToken(kind="close")
    if found["quoted"] is not None:
        name = found["name"] or ""
        return QueryToken(kind="term", text=name + found["quoted"], negated=negated, quoted=not name)
    if found["word"] == "OR":
        return QueryToken(kind="or")
    return QueryToken(kind="term", text=found["word"], negated=negated)


def _any_of(tokens: list[QueryToken], accounts: tuple[BrandAccount, ...]) -> tuple[Matcher, list[QueryToken]]:
    first, rest = _all_of(tokens, accounts)
    choices = [first]
    while rest and rest[0].kind == "or":
        choice, rest = _all_of(rest[1:], accounts)
        choices.append(choice)
    return (first if len(choices) == 1 else lambda post: any(choice(post) for choice in choices)), rest


def _all_of(tokens: list[QueryToken], accounts: tuple[BrandAccount, ...]) -> tuple[Matcher, list[QueryToken]]:
    parts: list[Matcher] = []
    while tokens and tokens[0].kind in {"term", "open"}:
        head, tokens = tokens[0], tokens[1:]
        if head.kind == "open":
            part, tokens = _any_of(tokens, accounts)
            if not tokens or tokens[0].kind != "close":
                raise QueryError("a ( is not closed")
            tokens = tokens[1:]
        else:
            part = _term(head, accounts)
        parts.append(_negation(part) if head.negated else part)
    if not parts:
        raise QueryError("a word is missing beside OR or between parentheses")
    return (parts[0] if len(parts) == 1 else lambda post: all(part(post) for part in parts)), tokens


def _negation(part: Matcher) -> Matcher:
    return lambda post: not part(post)


def _term(token: QueryToken, accounts: tuple[BrandAccount, ...]) -> Matcher:
    if not token.quoted and ":" in token.text and not token.text.startswith("http"):
        name, _, value = token.text.partition(":")
        return _operator(name, value.removeprefix("@").casefold())
    return _words(token.text, accounts)


def _operator(name: str, value: str) -> Matcher:
    flags: dict[str, Matcher] = {
        "reply": lambda post: post.parent is not None,
        "quote": lambda post: post.quoted is not None,
        "retweet": lambda _: False,
        "repost": lambda _: False,
        "media": lambda post: bool(post.media),
        "links": lambda post: "://" in post.text,
        "mentions": lambda post: "@" in post.text or bool(post.mentioned),
    }
    operators: dict[str, Matcher] = {
        "from": lambda post: value in {post.author.handle.casefold(), str(post.author.id)},
        "to": lambda post: (
            post.parent is not None and value in {post.parent.author.handle.casefold(), str(post.parent.author.id)}
        ),
        "conversation_id": lambda post: str(post.conversation_id) == value,
        "quotes_of_tweet_id": lambda post: _is(post.quoted, value),
        "quotes_of_post_id": lambda post: _is(post.quoted, value),
        "in_reply_to_tweet_id": lambda post: _is(post.parent, value),
        "in_reply_to_post_id": lambda post: _is(post.parent, value),
        "url": lambda post: any(value in link for link in _links(post.text)),
        "lang": lambda post: post.lang == value,
    }
    matcher = flags.get(value) if name in {"is", "has"} else operators.get(name)
    if matcher is None or not value:
        raise QueryError(f"the operator {name}:{value} is not known")
    return matcher


def _is(post: Post | None, identifier: str) -> bool:
    return post is not None and identifier in {str(version) for version in post.history}


def _links(text: str) -> list[str]:
    found = [text[start:end] for start, end in link_spans(text)]
    return [address.casefold() for link in found for address in (link, short_link(link))]


def _words(text: str, accounts: tuple[BrandAccount, ...]) -> Matcher:
    pattern = re.compile(rf"(?<!\w){re.escape(_plain(text))}(?!\w)")
    name = _plain(text.removeprefix("@"))
    named = {account.id for account in accounts if name in _names(account)}
    return lambda post: (
        not named.isdisjoint(post.concerns)
        or not named.isdisjoint(post.mentioned)
        or pattern.search(_plain(post.text)) is not None
    )


def _names(account: BrandAccount) -> set[str]:
    person = account.person
    return {_plain(person.handle), _plain(person.name), _plain(account.brand)} | {
        _plain(word) for word in person.name.split()[1:]
    }


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
