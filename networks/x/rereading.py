"""Posts asked for again by id, in their newest text."""

from __future__ import annotations

from networks.errors import Invalid
from networks.json_values import JsonObject, mappings, strings, text_of
from networks.protocol import Page, Reread
from networks.x import queries
from networks.x.calls import Answer
from networks.x.fields import POSTS_A_PAGE
from networks.x.ids import numeric
from networks.x.line import XLine
from networks.x.posts import read_posts
from networks.x.problems import check_complete, gone_among

_PATH = "/2/tweets"


def reread(line: XLine, external_ids: tuple[str, ...], *, account_external_id: str) -> Reread:
    """Ask for up to 100 posts; where X answers with an older version, ask for the newest that it names.

    X's documentation says that it always answers with the newest; the history in the answer decides.
    """
    asked = tuple(dict.fromkeys(numeric(each) for each in external_ids))
    if len(asked) > POSTS_A_PAGE:
        raise Invalid(f"X tells of at most {POSTS_A_PAGE} posts at once; got {len(asked)}: ask for fewer.")
    if not asked:
        return Reread(page=Page(), gone=())
    answer = _ask(line, asked)
    gone = list(gone_among(answer.body, asked))
    newest = {newest: text_of(post, "id") for post in mappings(answer.body.get("data")) if (newest := _later(post))}
    posts, own = read_posts(_current(answer.body), account_external_id=account_external_id)
    if newest:
        later = _ask(line, tuple(newest))
        gone += [newest[each] for each in gone_among(later.body, tuple(newest))]
        later_posts, later_own = read_posts(later.body, account_external_id=account_external_id)
        posts, own, answer = posts + later_posts, own + later_own, later
    return Reread(page=Page(posts=posts, own=own, budget=answer.budget), gone=tuple(gone))


def newest_id(post: JsonObject) -> str:
    """The id of the newest version of a post; its own id where X tells no history."""
    history = strings(post.get("edit_history_tweet_ids"))
    return history[-1] if history else text_of(post, "id")


def _ask(line: XLine, ids: tuple[str, ...]) -> Answer:
    answer = line.get(_PATH, lambda: line.client.get_tweets(list(ids), **queries.by_id()))
    check_complete(answer.body, f"GET {_PATH}")
    return answer


def _later(post: JsonObject) -> str:
    newest = newest_id(post)
    return "" if newest == text_of(post, "id") else newest


def _current(body: JsonObject) -> JsonObject:
    return {**body, "data": [post for post in mappings(body.get("data")) if not _later(post)]}
