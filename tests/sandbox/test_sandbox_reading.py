"""Reading the practice network as X is read."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import tweepy

from sandbox.options import SandboxOptions

DATE = "Tue Oct 31 21:{minute:02d}:{second:02d} +0000 2017"
FIELDS = ["author_id", "conversation_id", "created_at", "entities", "in_reply_to_user_id", "lang", "public_metrics"]


def row(number: int, text: str, **more: object) -> dict[str, object]:
    date = DATE.format(minute=number // 60, second=number % 60)
    return {"id": f"t{number}", "text": text, "brand": "AmericanAir", "author": "115904", "created_at": date} | more


THREAD = [
    row(0, "@AmericanAir my bag & coat < lost https://example.org/a?b=1&c=2, help", lang="en"),
    row(5, "@115904 Sorry! Please tell us more.", inbound=False, in_reply_to="t0", author="AmericanAir"),
    row(9, "it was blue", in_reply_to="t5"),
    row(12, "AmericanAir is late again", author="7"),
    row(14, "answers nothing in the file", in_reply_to="gone", author="@a b"),
]


def test_inbound_rows_that_name_or_answer_the_brand_are_mentions_and_the_others_are_found_by_search(
    opened: Any,
) -> None:
    sandbox = opened(THREAD)
    sandbox.step_to_the_end()
    ids = sandbox.ids()
    mentions = sandbox.x.get_users_mentions(1001, max_results=5)
    assert [str(post.id) for post in mentions.data] == [ids["t9"], ids["t0"]]
    now = sandbox.get("/_clock")["now"]
    found = sandbox.x.search_recent_tweets('(@marca OR "La Marca") -from:marca', max_results=10, end_time=now)
    assert {str(post.id) for post in found.data} == {ids[name] for name in ("t0", "t9", "t12", "t14")}
    own = sandbox.x.get_users_tweets(1001, max_results=5)
    assert [str(post.id) for post in own.data] == [ids["t5"]]
    summary = sandbox.get("/_summary")
    assert (summary["inbound"], summary["served_inbound"], summary["outbound"]) == (4, 4, 1)


def test_texts_come_escaped_with_links_behind_t_co_and_entities_that_undo_it(opened: Any) -> None:
    sandbox = opened(THREAD)
    sandbox.step_to_the_end()
    post = sandbox.x.get_tweet(sandbox.ids()["t0"], tweet_fields=FIELDS).data
    url = post.entities["urls"][0]
    assert post.text == f"@AmericanAir my bag &amp; coat &lt; lost {url['url']}, help"
    assert url["url"].startswith("https://t.co/")
    assert len(url["url"]) == 23
    assert url["expanded_url"] == "https://example.org/a?b=1&c=2"
    assert post.text[url["start"] : url["end"]] == url["url"]
    assert post.entities["mentions"] == [{"start": 0, "end": 12, "username": "AmericanAir", "id": "1001"}]


def test_a_row_that_only_answers_the_brand_mentions_it_by_our_handle(opened: Any) -> None:
    sandbox = opened(THREAD)
    sandbox.step_to_the_end()
    answer = sandbox.x.get_tweet(
        sandbox.ids()["t9"],
        tweet_fields=[*FIELDS, "referenced_tweets"],
        expansions=["referenced_tweets.id", "author_id", "referenced_tweets.id.author_id"],
        user_fields=["public_metrics"],
    )
    assert answer.data.text == "it was blue"
    assert answer.data.entities["mentions"] == [{"start": 0, "end": 0, "username": "marca", "id": "1001"}]
    assert str(answer.data.conversation_id) == sandbox.ids()["t0"]
    assert [(item.type, str(item.id)) for item in answer.data.referenced_tweets] == [
        ("replied_to", sandbox.ids()["t5"])
    ]
    assert answer.includes["tweets"][0].text == "@115904 Sorry! Please tell us more."
    assert {user.username for user in answer.includes["users"]} == {"115904", "marca"}


def test_a_row_that_answers_nothing_in_the_file_is_a_root(opened: Any) -> None:
    sandbox = opened(THREAD)
    sandbox.step_to_the_end()
    post = sandbox.x.get_tweet(sandbox.ids()["t14"], tweet_fields=[*FIELDS, "referenced_tweets"]).data
    assert post.conversation_id == post.id
    assert post.referenced_tweets is None


def test_only_fields_that_are_asked_for_come(opened: Any) -> None:
    sandbox = opened(THREAD)
    sandbox.step_to_the_end()
    bare = sandbox.raw.get_users_mentions(1001).json()
    assert set(bare) == {"data", "meta"}
    assert set(bare["data"][0]) == {"id", "text", "edit_history_tweet_ids"}


def test_an_answer_in_post_words_is_given_when_asked_in_post_words(opened: Any) -> None:
    sandbox = opened(THREAD)
    sandbox.step_to_the_end()
    bearer = {"Authorization": f"Bearer {sandbox.get('/_accounts')[0]['bearer_token']}"}
    query = "post.fields=public_metrics&expansions=referenced_posts.id"
    answer = sandbox.http.get(f"/2/users/1001/mentions?{query}", headers=bearer).json()
    newest = answer["data"][0]
    assert newest["public_metrics"]["repost_count"] == 0
    assert newest["edit_history_post_ids"] == [newest["id"]]
    assert newest["referenced_posts"][0]["type"] == "replied_to"
    assert "posts" in answer["includes"]


def test_an_empty_page_has_no_data(opened: Any) -> None:
    sandbox = opened(THREAD)
    assert sandbox.raw.get_users_mentions(1001).json() == {"meta": {"result_count": 0}}


def test_pages_join_to_the_whole_feed_though_posts_arrive_in_between(opened: Any) -> None:
    sandbox = opened([row(number, f"@AmericanAir {number}") for number in range(17)])
    sandbox.step_to_the_end()
    first = sandbox.x.get_users_mentions(1001, max_results=5)
    sandbox.post("/_post", text="@marca new", author="nina")
    seen = [post.id for post in first.data]
    token = first.meta["next_token"]
    while token:
        page = sandbox.x.get_users_mentions(1001, max_results=5, pagination_token=token)
        seen += [post.id for post in page.data]
        token = page.meta.get("next_token")
    assert len(seen) == len(set(seen)) == 17
    assert seen == sorted(seen, reverse=True)


def test_since_id_leaves_older_posts_out(opened: Any) -> None:
    sandbox = opened([row(number * 2, f"@AmericanAir {number}") for number in range(8)])
    sandbox.step_to_the_end()
    posts = sandbox.x.get_users_mentions(1001, max_results=100).data
    newer = sandbox.x.get_users_mentions(1001, since_id=posts[3].id, max_results=100)
    assert [post.id for post in newer.data] == [post.id for post in posts[:3]]


def test_the_mentions_timeline_keeps_the_last_800_unless_limits_are_lifted(opened: Any) -> None:
    rows = [{"id": number, "text": f"@marca {number}"} for number in range(830)]
    for limits, expected in ((True, 800), (False, 830)):
        sandbox = opened(rows, limits=limits)
        sandbox.step_to_the_end()
        pages = tweepy.Paginator(sandbox.x.get_users_mentions, 1001, max_results=100)
        assert sum(page.meta["result_count"] for page in pages) == expected


def test_a_deleted_post_makes_a_page_short_and_is_named_where_another_refers_to_it(opened: Any) -> None:
    sandbox = opened([*THREAD, row(15, "@AmericanAir end")])
    sandbox.step_to_the_end()
    sandbox.post("/_delete", id=sandbox.ids()["t5"])
    sandbox.post("/_delete", id=sandbox.ids()["t15"])
    answer = sandbox.raw.get_users_mentions(1001, max_results=5, expansions="referenced_tweets.id").json()
    assert answer["meta"]["result_count"] == 2
    assert answer["errors"][0]["resource_id"] == sandbox.ids()["t5"]
    assert "includes" not in answer
    gone = sandbox.raw.get_tweets([sandbox.ids()["t15"], sandbox.ids()["t9"]]).json()
    assert gone["errors"][0]["title"] == "Not Found Error"
    assert [post["id"] for post in gone["data"]] == [sandbox.ids()["t9"]]


def test_an_edit_has_an_id_of_its_own_and_a_history(opened: Any) -> None:
    sandbox = opened(THREAD)
    sandbox.step_to_the_end()
    first = sandbox.ids()["t0"]
    edited = sandbox.post("/_edit", id=first, text="@AmericanAir found it")
    posts = {str(post.id): post for post in sandbox.x.get_users_mentions(1001).data}
    assert first not in posts
    assert posts[edited["id"]].text == "@AmericanAir found it"
    assert [str(version) for version in posts[edited["id"]].edit_history_tweet_ids] == [first, edited["id"]]
    assert sandbox.ids()["t0"] == first


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/2/users/1001/mentions?max_results=4", "between 5 and 100"),
        ("/2/users/1001/mentions?max_results=101", "between 5 and 100"),
        ("/2/tweets/search/recent?query=a&max_results=9", "between 10 and 100"),
        ("/2/users/1001/mentions?tweet.fields=author", "not one of"),
        ("/2/users/1001/mentions?since=1", "query parameter [since]"),
        ("/2/users/1001/mentions?since_id=abc", "since_id"),
        ("/2/users/1001/mentions?start_time=yesterday", "RFC3339"),
        ("/2/users/1001/mentions?pagination_token=nope", "next_token"),
        ("/2/tweets/search/recent?query=(a", "is not closed"),
        ("/2/tweets/search/recent", "empty"),
    ],
)
def test_wrong_parameters_are_refused_in_the_words_of_x(opened: Any, path: str, words: str) -> None:
    sandbox = opened(THREAD)
    bearer = {"Authorization": f"Bearer {sandbox.get('/_accounts')[0]['bearer_token']}"}
    answer = sandbox.http.get(path, headers=bearer)
    assert answer.status_code == 400
    assert words in answer.json()["errors"][0]["message"]
    assert answer.json()["title"] == "Invalid Request"


def test_a_wrong_credential_is_refused(opened: Any) -> None:
    sandbox = opened(THREAD)
    for headers in ({}, {"Authorization": "Bearer nope"}, {"Authorization": "OAuth x=1"}):
        answer = httpx.get(f"{sandbox.url}/2/users/1001/mentions", headers=headers)
        assert answer.status_code == 401
        assert answer.json() == {
            "title": "Unauthorized",
            "type": "about:blank",
            "status": 401,
            "detail": "Unauthorized",
        }
    sandbox.x.access_token_secret = "wrong"
    with pytest.raises(tweepy.Unauthorized):
        sandbox.x.get_me()


def test_reads_accept_a_signature_and_me_accepts_nothing_else(opened: Any) -> None:
    sandbox = opened(THREAD)
    sandbox.step_to_the_end()
    assert len(sandbox.x.get_users_mentions(1001, user_auth=True).data) == 2
    assert sandbox.x.get_me().data.username == "marca"
    with pytest.raises(tweepy.Forbidden, match="Application-Only"):
        sandbox.x.get_me(user_auth=False)


def test_search_hides_the_last_thirty_seconds_and_what_is_older_than_seven_days(opened: Any) -> None:
    week = "2026-03-0{day}T12:00:00Z"
    rows = [{"id": day, "text": "@marca hi", "created_at": week.format(day=day)} for day in (1, 9)]
    sandbox = opened(rows)
    sandbox.step_to_the_end()
    sandbox.post("/_clock", advance_seconds=5)
    assert sandbox.x.search_recent_tweets("@marca").data is None
    sandbox.post("/_clock", advance_seconds=60)
    found = sandbox.x.search_recent_tweets("@marca")
    assert [str(post.id) for post in found.data] == [sandbox.ids()["9"]]


def test_hostile_texts_survive_the_way_over_http(opened: Any) -> None:
    texts = [
        "@marca \x00 nul",
        "@marca \ud800 lone",
        "@marca \u202e rlo",
        "@marca =HYPERLINK(1)",
        "@marca " + "ñ" * 3_000_000,
    ]
    sandbox = opened([{"id": number, "text": text} for number, text in enumerate(texts)])
    sandbox.step_to_the_end()
    served = {post.id: post.text for post in sandbox.x.get_users_mentions(1001).data}
    assert sorted(served.values()) == sorted(texts)


def test_search_serves_the_brand_by_any_query_that_names_it(opened: Any) -> None:
    sandbox = opened([row(0, "nothing said by name", author="1"), row(2, "more", author="2")])
    sandbox.step_to_the_end()
    sandbox.post("/_clock", advance_seconds=100)
    for query in ("marca", "@marca", '"la marca"', "from:1 marca", "(zzz OR @marca) lang:und"):
        assert sandbox.x.search_recent_tweets(query).data, query
    for query in ("zzz", "-marca", "from:marca", "marca is:reply", "to:marca", "marca is:retweet"):
        assert sandbox.x.search_recent_tweets(query).data is None, query


def test_a_run_with_the_same_options_gives_the_same_ids(opened: Any) -> None:
    first, second = opened(THREAD), opened(THREAD)
    for sandbox in (first, second):
        sandbox.step_to_the_end()
    assert first.ids() == second.ids()
    assert SandboxOptions().seed == 1
