"""The whole way in a real browser, in both languages: an angry post, aside, proven, solved, closed in public."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from service.demo.home import SIGN_IN_EMAIL
from tests.support.command_line import RunAparte
from tests.support.journey import Journey, assert_closed
from tests.support.journey_texts import ANGRY, CLEANED, MENTION, NUMBER, TEXTS
from tests.support.two_brands import (
    BERTA,
    GRACE,
    HELEN,
    NURIA,
    Person,
    TwoBrands,
    open_two_brands,
    room_code,
    room_link,
)

CHROMIUM = "/usr/bin/chromium"
PHONE = ViewportSize(width=390, height=844)

pytestmark = [
    pytest.mark.browser,
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
def brands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoBrands]:
    with open_two_brands(tmp_path_factory.mktemp("whole-way")) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def desks(chromium: Browser, brands: TwoBrands) -> Iterator[Callable[[str], Page]]:
    """The dashboard of one agent, signed in once a language."""
    pages: dict[str, Page] = {}

    def desk(lang: str) -> Page:
        if lang not in pages:
            window = chromium.new_context(locale=TEXTS[lang].locale, viewport={"width": 1400, "height": 1100})
            window.set_default_timeout(60_000)
            pages[lang] = window.new_page()
            pages[lang].goto(f"http://127.0.0.1:{brands.stage.dashboard_port}/")
            pages[lang].fill("#email", SIGN_IN_EMAIL)
            pages[lang].fill("#password", brands.stage.home.password)
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
                locale=TEXTS[lang].locale,
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
    brands: TwoBrands,
    desks: Callable[[str], Page],
    phones: Callable[[str], BrowserContext],
    person: Person,
    consents: bool,  # noqa: FBT001 - a parameter row
) -> None:
    journey = Journey(brands=brands, person=person, desk=desks(person.lang), phone=phones(person.lang))
    lang = person.lang
    post = brands.told(
        "/_post", author=person.handle, in_reply_to=brands.wall[lang], account="marca-facebook", text=ANGRY[lang]
    )["id"]
    brands.later()

    journey.open_thread()
    journey.shot(journey.desk, "desk-thread")
    journey.approve_all(2)
    brands.work()
    assert brands.hidden(post) == [True]
    assert journey.sent_under(post) == []
    (invitation,) = brands.private_texts(person)
    assert "http" not in invitation
    address = re.search(r"127\.0\.0\.1:\d+/\w+", invitation)
    assert address is not None

    page = journey.phone.new_page()
    page.goto(f"http://{address.group()}")
    page.fill("#code", room_code(invitation))
    journey.shot(page, "phone-1-door")
    page.click("#enter button")
    shown = page.content()
    assert not [told for told in (NUMBER, person.name, "dos veces", "charged me") if told in shown]
    journey.shot(page, "phone-2-room")
    journey.prove(page, contact=person.email)
    journey.consent(page, "link_handle", *(["say_solved"] if consents else []))
    journey.talk(page)
    expect(journey.come_back("8-answered").get_by_text(journey.words.answer)).to_have_count(1)

    # Who has taken their number out of the comment has the comment shown again.
    brands.told("/_edit", id=post, text=CLEANED[lang])
    brands.later(100)
    journey.look_again()
    journey.shot(journey.desk, "desk-edited")
    journey.desk.get_by_role("button", name=journey.words.show_again).click()
    journey.desk.get_by_text(journey.words.showing).first.wait_for()
    brands.work()
    assert brands.hidden(post) == [True, False]

    journey.mark_solved()
    brands.work()
    (closing,) = journey.sent_under(post)
    assert (journey.words.says_solved in closing) == consents
    assert_closed(journey, [DECIDED, "agent:reply:approved", "step:reply:sent", *ASIDE, "agent:case:solved", *CLOSED])


@pytest.mark.parametrize(("person", "consents"), [(NURIA, False), (HELEN, True)], ids=["es", "en"])
def test_a_mention_goes_aside_once_the_person_writes_and_is_closed_in_public(
    brands: TwoBrands,
    desks: Callable[[str], Page],
    phones: Callable[[str], BrowserContext],
    person: Person,
    consents: bool,  # noqa: FBT001 - a parameter row
) -> None:
    journey = Journey(brands=brands, person=person, desk=desks(person.lang), phone=phones(person.lang))
    post = brands.told("/_post", author=person.handle, account="marca-x", text=MENTION[person.lang])["id"]
    brands.later()
    (line,) = journey.sent_under(post)
    assert "/messages/compose" in line
    assert brands.private_texts(person) == []
    if person.lang == "en":
        brands.told("/_message", to="marca-x", **{"from": person.handle}, text="Hi, here I am, as you asked.")
        brands.later()
    else:
        brands.later(120)
    (invitation,) = brands.private_texts(person)

    page = journey.phone.new_page()
    page.goto(room_link(invitation))
    journey.shot(page, "phone-1-door")
    page.click("#enter button")
    journey.shot(page, "phone-2-room")
    journey.prove(page, booking=person.booking, surname=person.surname)
    journey.consent(page, "link_handle", *(["say_solved"] if consents else []))
    journey.open_thread()
    journey.talk(page)
    expect(journey.come_back("8-answered").get_by_text(journey.words.answer)).to_have_count(1)

    journey.mark_solved()
    brands.work()
    assert journey.sent_under(post) == [line]
    journey.look_again()
    journey.approve_all(1)
    brands.work()
    closing = journey.sent_under(post)[-1]
    assert (journey.words.says_solved in closing) == consents
    aside = [DECIDED, "step:reply:sent", "step:message:answered", *ASIDE]
    assert_closed(journey, [*aside, "agent:case:solved", "agent:reply:approved", *CLOSED])


def test_the_log_of_all_that_verifies(brands: TwoBrands, aparte: RunAparte) -> None:
    assert_closed = aparte("ledger", "verify", "--config", brands.stage.home.settings_file)
    assert assert_closed.code == 0, assert_closed.err
