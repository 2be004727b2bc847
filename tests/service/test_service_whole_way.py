"""The whole way in a real browser, in both languages: an angry post, aside, proven, solved, and told to the square."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from service.demo.home import SIGN_IN_EMAIL
from tests.service.conftest import Aparte
from tests.service.whole_way import (
    BERTA,
    GRACE,
    HELEN,
    NURIA,
    Person,
    Town,
    room_code,
    room_link,
    whole_town,
)
from tests.service.whole_way_walk import Walk, ended
from tests.service.whole_way_words import ANGRY, CLEANED, MENTION, NUMBER, WORDS

CHROMIUM = "/usr/bin/chromium"
PHONE = ViewportSize(width=390, height=844)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and not os.environ.get("CI"), reason="Debian's chromium is not installed"
    ),
    pytest.mark.timeout(300),
]


DECIDED = "step:mention:decided"
ASIDE = (
    "step:room:invited",
    "room:room:opened",
    "room:proof:asked",
    "room:proved:file",
    "room:consented:link_handle",
    "room:message:said",
    "agent:message:said",
)
CLOSED = ("step:case:closed", "step:reply:sent")
"""What the closing line brings about stands in the log before the line itself: both in one transaction."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with whole_town(tmp_path_factory.mktemp("whole-way")) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def desks(chromium: Browser, town: Town) -> Iterator[Callable[[str], Page]]:
    """The dashboard of one agent, signed in once a language."""
    pages: dict[str, Page] = {}

    def desk(lang: str) -> Page:
        if lang not in pages:
            window = chromium.new_context(locale=WORDS[lang].locale, viewport={"width": 1400, "height": 1100})
            window.set_default_timeout(60_000)
            pages[lang] = window.new_page()
            pages[lang].goto(f"http://127.0.0.1:{town.stage.dashboard_port}/")
            pages[lang].fill("#email", SIGN_IN_EMAIL)
            pages[lang].fill("#password", town.stage.home.password)
            pages[lang].click("button[type=submit]")
        return pages[lang]

    yield desk
    for page in pages.values():
        page.context.close()


@pytest.fixture
def phones(chromium: Browser) -> Iterator[Callable[[str], BrowserContext]]:
    """A person's telephone, whose browser runs no script."""
    opened: list[BrowserContext] = []

    def phone(lang: str) -> BrowserContext:
        opened.append(
            chromium.new_context(
                locale=WORDS[lang].locale,
                viewport=PHONE,
                is_mobile=True,
                has_touch=True,
                device_scale_factor=2,
                java_script_enabled=False,
            )
        )
        return opened[-1]

    yield phone
    for context in opened:
        context.close()


@pytest.mark.parametrize(("person", "consents"), [(BERTA, True), (GRACE, False)], ids=["es", "en"])
def test_an_angry_comment_goes_aside_and_is_closed_in_public(
    town: Town,
    desks: Callable[[str], Page],
    phones: Callable[[str], BrowserContext],
    person: Person,
    consents: bool,  # noqa: FBT001 - a parameter row
) -> None:
    walk = Walk(town=town, person=person, desk=desks(person.lang), phone=phones(person.lang))
    lang = person.lang
    post = town.told(
        "/_post", author=person.handle, in_reply_to=town.wall[lang], account="marca-facebook", text=ANGRY[lang]
    )["id"]
    town.later()

    walk.open_thread()
    walk.shot(walk.desk, "desk-thread")
    walk.approve_all(2)
    town.work()
    assert town.hidden(post) == [True]
    assert walk.sent_under(post) == []
    (invitation,) = town.private_texts(person)
    assert "http" not in invitation
    address = re.search(r"127\.0\.0\.1:\d+/\w+", invitation)
    assert address is not None

    page = walk.phone.new_page()
    page.goto(f"http://{address.group()}")
    page.fill("#code", room_code(invitation))
    walk.shot(page, "phone-1-door")
    page.click("#enter button")
    shown = page.content()
    assert not [told for told in (NUMBER, person.name, "dos veces", "charged me") if told in shown]
    walk.shot(page, "phone-2-room")
    walk.prove(page, contact=person.email)
    walk.consent(page, "link_handle", *(["say_solved"] if consents else []))
    walk.talk(page)
    expect(walk.come_back("8-answered").get_by_text(walk.words.answer)).to_have_count(1)

    # Who has taken their number out of the comment is heard by the square again.
    town.told("/_edit", id=post, text=CLEANED[lang])
    town.later(100)
    walk.look_again()
    walk.shot(walk.desk, "desk-edited")
    walk.desk.get_by_role("button", name=walk.words.show_again).click()
    walk.desk.get_by_text(walk.words.showing).first.wait_for()
    town.work()
    assert town.hidden(post) == [True, False]

    walk.mark_solved()
    town.work()
    (closing,) = walk.sent_under(post)
    assert (walk.words.says_solved in closing) == consents
    ended(walk, [DECIDED, "agent:reply:approved", "step:reply:sent", *ASIDE, "agent:case:solved", *CLOSED])


@pytest.mark.parametrize(("person", "consents"), [(NURIA, False), (HELEN, True)], ids=["es", "en"])
def test_a_mention_goes_aside_once_the_person_writes_and_is_closed_in_public(
    town: Town,
    desks: Callable[[str], Page],
    phones: Callable[[str], BrowserContext],
    person: Person,
    consents: bool,  # noqa: FBT001 - a parameter row
) -> None:
    walk = Walk(town=town, person=person, desk=desks(person.lang), phone=phones(person.lang))
    post = town.told("/_post", author=person.handle, account="marca-x", text=MENTION[person.lang])["id"]
    town.later()
    (line,) = walk.sent_under(post)
    assert "/messages/compose" in line
    assert town.private_texts(person) == []
    if person.lang == "en":
        town.told("/_message", to="marca-x", **{"from": person.handle}, text="Hi, here I am, as you asked.")
        town.later()
    else:
        town.later(120)
    (invitation,) = town.private_texts(person)

    page = walk.phone.new_page()
    page.goto(room_link(invitation))
    walk.shot(page, "phone-1-door")
    page.click("#enter button")
    walk.shot(page, "phone-2-room")
    walk.prove(page, booking=person.booking, surname=person.surname)
    walk.consent(page, "link_handle", *(["say_solved"] if consents else []))
    walk.open_thread()
    walk.talk(page)
    expect(walk.come_back("8-answered").get_by_text(walk.words.answer)).to_have_count(1)

    walk.mark_solved()
    town.work()
    assert walk.sent_under(post) == [line]
    walk.look_again()
    walk.approve_all(1)
    town.work()
    closing = walk.sent_under(post)[-1]
    assert (walk.words.says_solved in closing) == consents
    aside = [DECIDED, "step:reply:sent", "step:message:answered", *ASIDE]
    ended(walk, [*aside, "agent:case:solved", "agent:reply:approved", *CLOSED])


def test_the_log_of_all_that_verifies(town: Town, aparte: Aparte) -> None:
    ended = aparte("ledger", "verify", "--config", town.stage.home.settings_file)
    assert ended.code == 0, ended.err
