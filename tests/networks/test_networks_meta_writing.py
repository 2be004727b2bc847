"""Writing to Facebook and Instagram, and telling what certainly failed from what may have been accepted."""

from __future__ import annotations

import pytest

from networks.credentials import MetaCredentials
from networks.errors import (
    DuplicateRefused,
    Invalid,
    RateLimited,
    Refused,
    Retry,
    Suspended,
    TargetGone,
    TokenRefused,
    TooLong,
    Uncertain,
    Unreachable,
)
from records.enums import Feed
from tests.support.meta_practice import NETWORKS, account_on, all_pages, open_meta_practice, own_posts

OURS = {"author": "marca", "inbound": False}
ROWS = (
    {"id": "fp", "network": "facebook", "text": "abrimos", **OURS},
    {"id": "fc", "network": "facebook", "text": "no va", "author": "ana", "in_reply_to": "fp"},
    {"id": "fv", "network": "facebook", "text": "visita", "author": "eva"},
    {"id": "ft", "network": "facebook", "text": "mención", "author": "eva", "kind": "tag"},
    {"id": "ip", "network": "instagram", "text": "foto", **OURS},
    {"id": "ic", "network": "instagram", "text": "no va", "author": "ana", "in_reply_to": "ip"},
    {"id": "it", "network": "instagram", "text": "con @marca", "author": "eva", "kind": "tag"},
    {"id": "im", "network": "instagram", "text": "@marca ¿hola?", "author": "luis", "kind": "mention"},
)
POSTS = {"facebook": "fp", "instagram": "ip"}
TEXT = "Sí & «no»: <b>20 h</b> https://example.org/horario?a=1&b=2 \u202e ñ 👩‍🚀"


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with open_meta_practice(ROWS, tmp_path_factory.mktemp("meta")) as found:
        yield found


@pytest.fixture(scope="module")
def ids(practice):
    return practice.ids()


@pytest.fixture(params=NETWORKS)
def name(request):
    return request.param


@pytest.fixture
def network(practice, name):
    yield practice.open(name)
    practice.tell("/_faults", kind="calm")


@pytest.fixture
def comment(practice, ids, name):
    return practice.tell("/_post", text="¿abren hoy?", author="eva", in_reply_to=ids[POSTS[name]])["id"]


def replies_to(practice, target):
    return [each["id"] for each in practice.truth()["replies"] if each["in_reply_to"] == target]


def test_a_reply_is_named_by_the_network_and_found_again(practice, network, comment):
    sent = network.reply(comment, TEXT)

    found = network.own_replies_under(comment, since=practice.now(), until=practice.now())
    assert replies_to(practice, comment) == [sent.external_id]
    assert [(post.external_id, post.parent_external_id, post.text) for post in found] == [
        (sent.external_id, comment, TEXT)
    ]
    assert own_posts(network, Feed.COMMENTS)[TEXT].external_id == sent.external_id


def test_an_outside_answer_is_found_whenever_it_came(practice, network, comment):
    practice.tell("/_outside_reply", text="desde el móvil", in_reply_to=comment)
    later = practice.advance(hours=2)

    found = network.own_replies_under(comment, since=later, until=later)

    assert [post.text for post in found] == ["desde el móvil"]


def test_on_facebook_an_answer_to_an_answer_stands_beside_it(practice, ids):
    page = practice.open("facebook")
    earlier = page.reply(ids["fc"], "lo vemos")
    practice.advance(minutes=1)
    answer = practice.tell("/_post", text="yo igual", author="luis", in_reply_to=ids["fc"])["id"]
    sent = page.reply(answer, "también lo vemos")

    assert replies_to(practice, ids["fc"]) == [earlier.external_id, sent.external_id]
    assert [post.text for post in page.own_replies_under(answer, since=practice.now(), until=practice.now())] == [
        "también lo vemos"
    ]
    assert [post.text for post in page.own_replies_under(ids["fc"], since=practice.now(), until=practice.now())] == [
        "lo vemos",
        "también lo vemos",
    ]


@pytest.mark.parametrize("target", ["fv", "ft"])
def test_a_page_comments_on_visits_and_mentions(practice, ids, target):
    page = practice.open("facebook")

    sent = page.reply(ids[target], "gracias")

    assert replies_to(practice, ids[target]) == [sent.external_id]
    found = page.own_replies_under(ids[target], since=practice.now(), until=practice.now())
    assert [(post.external_id, post.parent_external_id) for post in found] == [(sent.external_id, ids[target])]


@pytest.mark.parametrize("target", ["it", "im"])
def test_instagram_mentions_elsewhere_are_answered(practice, ids, target):
    account = practice.open("instagram")

    sent = account.reply(ids[target], "gracias")

    assert replies_to(practice, ids[target]) == [sent.external_id]
    found = account.own_replies_under(ids[target], since=practice.now(), until=practice.now())
    assert [post.external_id for post in found] == [sent.external_id]


def test_instagram_takes_no_answer_to_an_answer_nor_to_a_hidden_comment(practice, ids):
    account = practice.open("instagram")
    answer = practice.tell("/_post", text="yo igual", author="luis", in_reply_to=ids["ic"])["id"]
    hidden = practice.tell("/_post", text="spam", author="luis", in_reply_to=ids["ip"])["id"]
    account.hide(hidden, hidden=True)

    for target in (answer, hidden):
        with pytest.raises(Invalid) as raised:
            account.reply(target, "hola")
        assert raised.value.retry is Retry.NEVER
        assert not isinstance(raised.value, TargetGone)


def test_a_comment_gets_one_private_reply(practice, network, comment):
    sent = network.reply_privately(comment, TEXT)

    with pytest.raises(DuplicateRefused) as raised:
        network.reply_privately(comment, "otra vez")

    author = network.refetch((comment,)).page.posts[0].author.external_id
    assert raised.value.retry is Retry.UNCERTAIN
    assert next(message.text for message in network.private_messages_with(author) if message.outgoing) == TEXT
    told = [each for each in practice.truth()["messages"] if each["id"] == sent.external_id]
    assert [(each["comment"], each["text"]) for each in told] == [(comment, TEXT)]


def test_a_private_reply_is_refused_after_a_week(practice, network, comment):
    practice.advance(days=7, minutes=1)

    with pytest.raises(Refused):
        network.reply_privately(comment, "tarde")


def test_a_message_is_refused_a_day_after_the_last_of_the_person(practice, network, name):
    practice.tell("/_message", **{"from": "ada", "to": practice.name(name), "text": "hola"})
    person = next(
        message.other_external_id
        for page in all_pages(network, Feed.DIRECT_MESSAGES)
        for message in page.messages
        if message.other and message.other.handle == "ada"
    )
    network.send_private(person, "Hola.")
    practice.advance(hours=24, minutes=1)

    with pytest.raises(Refused, match="24 hours"):
        network.send_private(person, "¿Sigue ahí?")
    with pytest.raises(Refused):
        network.send_private("987654321", "hola")


def test_a_comment_is_hidden_and_shown_again(practice, network, comment):
    for hidden in (True, True, False, False):
        network.hide(comment, hidden=hidden)
        assert network.look_up(comment).hidden is hidden

    assert [act["hidden"] for act in practice.truth()["hides"] if act["id"] == comment] == [True, True, False, False]


def test_an_own_reply_is_deleted_and_stays_deleted(practice, network, comment):
    sent = network.reply(comment, "me equivoqué")

    network.delete_own(sent.external_id)
    network.delete_own(sent.external_id)

    assert network.own_replies_under(comment, since=practice.now(), until=practice.now()) == ()
    assert [each["id"] for each in practice.truth()["deletes"] if each["id"] == sent.external_id] == [sent.external_id]
    with pytest.raises(Refused):
        network.delete_own(comment)


def test_what_was_deleted_is_gone_for_every_act(practice, network, comment):
    practice.tell("/_delete", id=comment)

    for act in (
        lambda: network.reply(comment, "hola"),
        lambda: network.reply_privately(comment, "hola"),
        lambda: network.hide(comment, hidden=True),
    ):
        with pytest.raises(TargetGone):
            act()
    assert network.look_up(comment).exists is False
    assert network.own_replies_under(comment, since=practice.now(), until=practice.now()) == ()


def test_a_text_that_cannot_be_said_is_refused_before_it_leaves(network, comment, practice):
    with pytest.raises(TooLong):
        network.reply(comment, "a" * 8_001)
    for write in (network.reply, network.reply_privately):
        with pytest.raises(Invalid, match="halves"):
            write(comment, "roto \ud800")
    assert replies_to(practice, comment) == []


@pytest.mark.parametrize(
    ("kind", "error", "accepted"),
    [
        ("accepted_then_500", Uncertain, 1),
        ("accepted_then_html", Uncertain, 1),
        ("accepted_then_cut", Uncertain, 1),
        ("accepted_then_timeout:2", Uncertain, 1),  # longer than the adapter waits
        ("truncated", Uncertain, 1),
        ("cut_mid_body", Uncertain, 1),
        ("status:500", Uncertain, 0),
        ("status:503", Uncertain, 0),
        ("html", Uncertain, 0),
        ("cut", Uncertain, 0),
        ("code:2", Uncertain, 0),
        ("status:429", RateLimited, 0),
        ("code:80001", RateLimited, 0),
        ("401", TokenRefused, 0),
        ("code:190/463", TokenRefused, 0),
        ("403", Refused, 0),
        ("code:368", Suspended, 0),
    ],
)
def test_a_write_without_a_readable_answer_is_uncertain(practice, network, name, comment, kind, error, accepted):
    practice.tell("/_faults", method="POST", path="*", kind=kind)

    with pytest.raises(error):
        practice.open(name, timeout_seconds=0.5 if "timeout" in kind else 15.0).reply(comment, "Sí.")

    assert len(replies_to(practice, comment)) == accepted
    assert len(network.own_replies_under(comment, since=practice.now(), until=practice.now())) == accepted


@pytest.mark.parametrize("kind", ["accepted_then_500", "truncated", "cut"])
def test_a_private_reply_without_a_readable_answer_is_uncertain(practice, network, comment, kind):
    practice.tell("/_faults", method="POST", path="*/messages", kind=kind)

    with pytest.raises(Uncertain):
        network.reply_privately(comment, "En privado.")


def test_wrong_credentials_and_those_of_others_are_refused_without_being_shown(practice, name):
    right = practice.credentials(name)
    wrong = MetaCredentials(page_token="EAAwrong%2Btoken", app_secret=right.app_secret)
    unproven = MetaCredentials(page_token=right.page_token, app_secret="not-the-app-secret")
    control = MetaCredentials(page_token="two\r\nlines", app_secret=right.app_secret)
    for credentials in (wrong, unproven, control):
        network = practice.open(name, credentials=credentials)
        for ask in (network.check_access, lambda network=network: all_pages(network, Feed.COMMENTS)):
            with pytest.raises(TokenRefused) as raised:
                ask()
            for secret in (*credentials.secrets(), "%0D", "two"):
                assert secret not in str(raised.value)
    stranger = practice.open(name, account=account_on(name, external_id="104500000009999"))
    for ask in (
        stranger.check_access,
        lambda: all_pages(stranger, Feed.OWN_POSTS),
        lambda: all_pages(stranger, Feed.COMMENTS),
    ):
        with pytest.raises(TokenRefused, match="acme-"):
            ask()


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://nobody.invalid"])
def test_where_nobody_answers_nothing_was_sent_and_no_secret_is_told(practice, name, address):
    network = practice.open(name, base_url=address)
    for ask in (
        network.check_access,
        lambda: network.reply("1", "hola"),
        lambda: network.send_private("1", "hola"),
        lambda: network.look_up("1"),
    ):
        with pytest.raises(Unreachable) as raised:
            ask()
        assert not [secret for secret in practice.credentials(name).secrets() if secret in str(raised.value)]
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__


def test_a_revoked_permission_deletes_nothing(practice, network, name, comment):
    practice.tell("/_faults", kind="permission_revoked", accounts=[practice.name(name)])

    with pytest.raises(Refused):
        network.reply(comment, "hola")
    assert network.look_up(comment).exists
