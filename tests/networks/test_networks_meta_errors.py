"""Meta's errors, usage and token reports, each as one named outcome; and answers that are none."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from networks.errors import (
    DuplicateRefused,
    Garbled,
    Invalid,
    NetworkError,
    RateLimited,
    Refused,
    Suspended,
    TargetGone,
    TokenRefused,
    TooLong,
    Uncertain,
    Unreachable,
)
from networks.meta.facebook.objects import SCOPES
from networks.meta.graph.responses import budget_of, usage_of
from records.enums import Feed
from tests.support.meta_practice import ENDS_AT, NETWORKS, SECRET, TOKEN, all_pages, scripted

PROOF = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()


@pytest.fixture(scope="module")
def server():
    with scripted() as found:
        yield found


@pytest.fixture
def graph(server):
    server.answers, server.asked = [], []
    return server


@pytest.fixture(params=NETWORKS)
def network(request, graph):
    return graph.open(request.param)


def posting(network):
    """An act that takes one call on either network."""
    network.send_private("77", "hola")


ERRORS = [
    # code, subcode, status, of a read, of a write
    (190, 463, 401, TokenRefused, TokenRefused),
    (190, None, 400, TokenRefused, TokenRefused),
    (102, None, 400, TokenRefused, TokenRefused),
    (10, None, 403, Refused, Refused),
    (10, 2018278, 400, Refused, Refused),
    (200, None, 403, Refused, Refused),
    (230, None, 403, Refused, Refused),
    (368, None, 400, Suspended, Suspended),
    (551, 1545041, 400, Refused, Refused),
    (100, 2018001, 400, Refused, Refused),
    (4, None, 403, RateLimited, RateLimited),
    (17, None, 400, RateLimited, RateLimited),
    (32, None, 403, RateLimited, RateLimited),
    (613, None, 400, RateLimited, RateLimited),
    (80001, None, 400, RateLimited, RateLimited),
    (80002, None, 400, RateLimited, RateLimited),
    (80006, None, 400, RateLimited, RateLimited),
    (1, None, 500, Unreachable, Uncertain),
    (2, None, 503, Unreachable, Uncertain),
    (1, 1357046, 400, Unreachable, Uncertain),  # "all sent successfully, but the endpoint returns an error"
    (10900, None, 400, DuplicateRefused, DuplicateRefused),
    (506, None, 400, DuplicateRefused, DuplicateRefused),
    (100, None, 400, Invalid, Invalid),
    (2500, None, 400, Invalid, Invalid),
]


@pytest.mark.parametrize(("code", "subcode", "status", "of_read", "of_write"), ERRORS)
def test_each_code_has_one_meaning(graph, network, code, subcode, status, of_read, of_write):
    graph.refuse(code, subcode, status=status, message=f"No: {TOKEN} {SECRET} {PROOF}")
    asked = ((of_read, lambda: network.private_messages_with("77")), (of_write, lambda: posting(network)))
    for error, ask in asked:
        with pytest.raises(error) as raised:
            ask()
        assert type(raised.value) is error
        for secret in (TOKEN, "EAAtoken+which", "EAAtoken%252B", SECRET, PROOF):
            assert secret not in str(raised.value)


@pytest.mark.parametrize(
    ("subcode", "why"), [(463, "expired"), (460, "password"), (458, "removed"), (None, "not valid")]
)
def test_a_refused_token_says_why(graph, network, subcode, why):
    graph.refuse(190, subcode, status=401)

    with pytest.raises(TokenRefused, match=why):
        posting(network)


def test_an_error_inside_a_success_is_an_error(graph, network):
    graph.refuse(190, 460, status=200)

    with pytest.raises(TokenRefused):
        posting(network)


def test_a_transient_error_of_a_write_may_have_been_accepted(graph, network):
    graph.say({"error": {"message": "Later.", "code": 100, "is_transient": True}}, status=400)

    with pytest.raises(Uncertain):
        posting(network)


def test_a_text_over_the_length_is_too_long(graph, network):
    graph.refuse(100, message="Length of param message[text] must be less than or equal to 2000")

    with pytest.raises(TooLong):
        posting(network)


@pytest.mark.parametrize(
    ("status", "body", "of_read", "of_write"),
    [
        (200, b"<html>hello</html>", Garbled, Uncertain),
        (200, b"", Garbled, Uncertain),
        (200, b"[]", Garbled, Uncertain),
        (200, b"true", Garbled, Uncertain),
        (200, b'{"data": [', Garbled, Uncertain),
        (200, b"[" * 100_000, Garbled, Uncertain),
        (200, b"{}", Garbled, Uncertain),
        (200, b'{"data": {}, "id": 5, "message_id": null}', Garbled, Uncertain),
        (302, b"", Garbled, Uncertain),
        (404, b"<html>not here</html>", Garbled, Uncertain),
        (502, b"<html>bad gateway</html>", Unreachable, Uncertain),
        (400, b'{"error": "text"}', Garbled, Uncertain),
        (429, b"", RateLimited, RateLimited),
    ],
)
def test_an_answer_that_is_none_never_passes_for_one(graph, network, status, body, of_read, of_write):
    graph.say(body, status=status)

    with pytest.raises(of_read):
        network.private_messages_with("77")
    with pytest.raises(of_write):
        posting(network)


def test_a_page_without_graphs_words_is_no_proof_that_a_post_is_gone(graph, network):
    graph.say(b"<html>404</html>", status=404)

    with pytest.raises(Garbled):
        network.look_up("12_34")


def test_a_post_counts_as_gone_only_while_others_are_shown(graph, network):
    graph.refuse(100, 33)

    with pytest.raises(TokenRefused, match="does not open"):
        network.look_up("12_34")
    with pytest.raises(TokenRefused):
        network.refetch(("12_34", "12_35"))
    with pytest.raises(TokenRefused):
        network.own_replies_under("12_34", since=ENDS_AT, until=ENDS_AT)


def test_an_act_that_a_post_does_not_take_is_no_proof_that_it_is_gone(graph):
    page = graph.open("facebook")
    gone = {"error": {"message": "Unsupported post request.", "code": 100, "error_subcode": 33}}
    graph.answers = [(400, {}, json.dumps(gone).encode()), (200, {}, b'{"id": "12_34", "message": "hola"}')]

    with pytest.raises(Refused, match="still there"):
        page.hide("12_34", hidden=True)


def test_the_token_is_in_no_address_and_the_proof_in_each(graph, network):
    graph.say({"data": []})

    network.private_messages_with("77")
    with pytest.raises(Uncertain):
        posting(network)

    for _method, path, headers, body in graph.asked:
        assert TOKEN not in path
        assert TOKEN not in body
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        assert parse_qs(urlsplit(path).query)["appsecret_proof"] == [PROOF]
        assert path.startswith("/v25.0/")


def usage(percent, minutes=0):
    case = {"type": "pages", "call_count": percent, "total_cputime": 3, "total_time": 2}
    business = {"2002": [case | {"estimated_time_to_regain_access": minutes}]}
    app = {"call_count": 7, "total_cputime": 12.5, "total_time": 1}
    return {"x-app-usage": json.dumps(app), "x-business-use-case-usage": json.dumps(business)}


def test_a_budget_is_what_the_fullest_allowance_leaves(graph, network):
    graph.say({"data": []}, headers=usage(61))

    budget = network.read(Feed.DIRECT_MESSAGES, since=None, until=ENDS_AT, page=None).budget

    assert (budget.remaining, budget.limit) == (39, 100)
    assert budget.resets_at > ENDS_AT


def test_a_full_allowance_says_when_it_is_regained(graph, network):
    graph.say({"data": []}, headers=usage(97, minutes=19))

    budget = network.read(Feed.DIRECT_MESSAGES, since=None, until=ENDS_AT, page=None).budget

    assert (budget.remaining, budget.resets_at) == (0, ENDS_AT + timedelta(minutes=19))


def test_a_rate_limit_lasts_as_long_as_meta_estimates(graph, network):
    error = {"error": {"message": "Busy.", "code": 80001}}
    graph.say(error, status=400, headers=usage(100, minutes=19))

    with pytest.raises(RateLimited) as raised:
        posting(network)

    assert raised.value.until == ENDS_AT + timedelta(minutes=19)


@pytest.mark.parametrize("name", NETWORKS)
def test_without_a_clock_the_answers_own_date_counts(graph, name):
    dated = {"date": "Mon, 04 May 2026 12:00:00 GMT", **usage(100, minutes=5)}
    graph.answers = [(400, dated, b'{"error": {"code": 4, "message": "Busy."}}'), (400, {}, b'{"error": {"code": 4}}')]
    network = graph.open(name, clock=None)

    with pytest.raises(RateLimited) as raised:
        posting(network)
    assert raised.value.until == datetime(2026, 5, 4, 12, 5, tzinfo=UTC)
    with pytest.raises(Unreachable, match="until when"):
        posting(network)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-app-usage": "", "x-business-use-case-usage": "[]"},
        {"x-app-usage": "{", "x-business-use-case-usage": '{"1": 5}'},
        {"x-app-usage": '"\\ud800"', "x-business-use-case-usage": '{"1": ["a", null]}'},
    ],
)
def test_unreadable_usage_is_no_usage(headers):
    assert usage_of(headers) is None
    assert budget_of(headers, "GET /", clock=lambda: ENDS_AT) is None


def test_absurd_usage_does_not_overflow():
    found = budget_of(
        {"x-business-use-case-usage": '{"1": [{"call_count": 1e300, "estimated_time_to_regain_access": 99999999999}]}'},
        "GET /",
        clock=lambda: ENDS_AT,
    )

    assert found is not None
    assert found.remaining == 0


def told_token(**told):
    return {"data": {"is_valid": True, "scopes": list(SCOPES), "expires_at": 0, **told}}


def test_access_tells_the_nearer_end_and_the_missing_permissions(graph):
    end = int((ENDS_AT + timedelta(days=5)).timestamp())
    told = told_token(expires_at=0, data_access_expires_at=end, scopes=[s for s in SCOPES if s != "pages_messaging"])
    graph.say({"id": "2002", "name": "Acme"}, told)

    access = graph.open("facebook").check_access()

    assert access.valid_until == ENDS_AT + timedelta(days=5)
    assert access.missing == ("pages_messaging",)


def test_a_token_without_any_permission_misses_all(graph):
    graph.say({"id": "2002"}, told_token(scopes=[]))

    assert graph.open("facebook").check_access().missing == SCOPES


def test_a_token_that_meta_calls_invalid_is_refused(graph, network):
    graph.say({"id": "2002"}, {"data": {"is_valid": False, "scopes": []}})

    with pytest.raises(TokenRefused):
        network.check_access()


def test_the_token_of_another_page_is_refused(graph, network):
    graph.say({"id": "999"})

    with pytest.raises(TokenRefused, match="999"):
        network.check_access()


def test_where_meta_does_not_tell_of_the_token_access_is_unknown_not_refused(graph):
    refused = {"error": {"message": "(#100) You must provide an app access token", "code": 100}}
    graph.answers = [
        (200, {}, b'{"id": "2002"}'),
        (400, {}, json.dumps(refused).encode()),
        (200, {}, b'{"data": []}'),
    ]

    access = graph.open("facebook").check_access()

    assert (access.valid_until, access.missing) == (None, ())


@pytest.mark.parametrize("feed", [Feed.OWN_POSTS, Feed.COMMENTS, Feed.MENTIONS, Feed.DIRECT_MESSAGES])
def test_a_page_that_names_itself_as_the_next_is_not_read_for_ever(graph, network, feed):
    following = {"cursors": {"after": "abc"}, "next": "https://graph.facebook.com/x"}
    graph.say({"data": [], "paging": following})

    with pytest.raises(Garbled):
        all_pages(network, feed)


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"id": "1_2"},
        {"id": "1_2", "created_time": "yesterday", "timestamp": "yesterday"},
        {"id": 12, "created_time": "2026-05-04T12:00:00+0000", "timestamp": "2026-05-04T12:00:00+0000"},
    ],
)
def test_a_post_without_what_identifies_it_is_garbled(graph, network, item):
    graph.say({"data": [item]})

    with pytest.raises(NetworkError) as raised:
        network.read(Feed.OWN_POSTS, since=None, until=ENDS_AT, page=None)
    assert isinstance(raised.value, Garbled)


def test_a_comment_whose_author_is_withheld_has_one_of_its_own(graph):
    comment = {"id": "1_2", "message": "hola", "created_time": "2026-05-04T12:00:00+0000"}
    graph.say(
        {
            "data": [
                {
                    "id": "2002_1",
                    "message": "x",
                    "created_time": comment["created_time"],
                    "comments": {"data": [comment, comment | {"id": "1_3", "from": {}}]},
                }
            ]
        }
    )

    posts = graph.open("facebook").read(Feed.COMMENTS, since=None, until=ENDS_AT, page=None).posts

    assert [(post.author.external_id, post.author.handle) for post in posts] == [
        ("author-of-1_2", ""),
        ("author-of-1_3", ""),
    ]
    assert posts[0].root_external_id == "2002_1"


def test_the_target_gone_error_is_meant_when_all_else_is_shown(graph):
    gone = json.dumps({"error": {"message": "No.", "code": 100, "error_subcode": 33}}).encode()
    graph.answers = [(400, {}, gone), (200, {}, b'{"data": []}'), (200, {}, b'{"data": []}')]

    assert graph.open("facebook").look_up("12_34").exists is False
    graph.answers = [(400, {}, gone)]
    with pytest.raises((TargetGone, TokenRefused)):
        graph.open("facebook").reply("2002_34", "hola")


def test_a_private_reply_names_a_comment_or_a_post(graph):
    graph.say({"recipient_id": "9", "message_id": "m_1"})
    page = graph.open("facebook")

    assert [page.reply_privately(each, "hola").external_id for each in ("9_3", "2002_9")] == ["m_1", "m_1"]

    recipients = [json.loads(parse_qs(body)["recipient"][0]) for _, _, _, body in graph.asked]
    assert recipients == [{"comment_id": "9_3"}, {"post_id": "2002_9"}]
    assert [path.split("?")[0] for _, path, _, _ in graph.asked] == ["/v25.0/2002/messages"] * 2


def test_an_id_that_an_answer_leaves_out_is_asked_for_alone(graph):
    comment = {"id": "9_4", "message": "hola", "created_time": "2026-05-04T12:00:00+0000"}
    graph.say({"9_3": comment | {"id": "9_3"}}, comment)

    again = graph.open("facebook").refetch(("9_3", "9_4"))

    assert [post.external_id for post in again.page.posts] == ["9_3", "9_4"]
    assert again.gone == ()
