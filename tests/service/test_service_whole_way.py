"""The whole way in a real browser, in both languages: an angry post, aside, proven, solved, and told to the square."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from service.demo.home import SIGN_IN_EMAIL
from tests.service.whole_way import (
    BERTA,
    GRACE,
    HELEN,
    NURIA,
    Person,
    Town,
    one_time_code,
    room_code,
    room_link,
    whole_town,
)

CHROMIUM = "/usr/bin/chromium"
SHOTS = os.environ.get("APARTE_TEST_SHOTS", "")
"""A folder for a picture of every step; empty for none."""
PHONE = {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and not os.environ.get("CI"), reason="Debian's chromium is not installed"
    ),
    pytest.mark.timeout(300),
]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What an agent and a person read and write in one language."""

    locale: str
    approve: str
    claim: str
    claimed: str
    room_field: str
    room_send: str
    room_said: str
    show_again: str
    showing: str
    solved: str
    prove: str
    enter: str
    saved: str
    answered: str
    closed: str
    says_solved: str
    answer: str


WORDS = {
    "es": Words(
        locale="es-ES",
        approve="Aprobar",
        claim="Tomar el caso",
        claimed="El caso es tuyo",
        room_field="Decir en la sala",
        room_send="Decir",
        room_said="Dicho en la sala",
        show_again="Volver a mostrar",
        showing="vuelve a mostrarse",
        solved="Marcar como resuelto",
        prove="Demostrar quién eres",
        enter="Entrar en la sala",
        saved="Guardado.",
        answered="Te hemos contestado",
        closed="Cerrado",
        says_solved="resuelto",
        answer="Ya está devuelto: lo verás mañana. Perdona las molestias.",
    ),
    "en": Words(
        locale="en-GB",
        approve="Approve",
        claim="Take the case",
        claimed="The case is yours",
        room_field="Say in the room",
        room_send="Say",
        room_said="Said in the room",
        show_again="Show the post again",
        showing="is being shown",
        solved="Mark as solved",
        prove="Show who you are",
        enter="Enter the room",
        saved="Saved.",
        answered="We have answered",
        closed="Closed",
        says_solved="solved",
        answer="It is paid back: you will see it tomorrow. Sorry for the trouble.",
    ),
}

ANGRY = {
    "es": "¡Qué vergüenza de banco! Me habéis cobrado dos veces y nadie contesta. "
    "Mi cuenta es ES91 2100 0418 4502 0005 1332, devolvedme mi dinero ya.",
    "en": "What a disgrace of a bank! You charged me twice and nobody answers. "
    "My account is ES91 2100 0418 4502 0005 1332, give me my money back now.",
}
NUMBER = "ES91 2100 0418 4502 0005 1332"
CLEANED = {
    "es": "¡Qué vergüenza de banco! Me habéis cobrado dos veces y nadie contesta. Devolvedme mi dinero ya.",
    "en": "What a disgrace of a bank! You charged me twice and nobody answers. Give me my money back now.",
}
MENTION = {
    "es": "@marca vergonzoso: me habéis cancelado el vuelo de mi reserva y no me devolvéis el dinero, mirad mi caso ya",
    "en": "@marca shameful: you cancelled my flight and my refund never arrived, check my booking now",
}
SAID = {
    "es": "Es el cobro del martes, 40 euros, salió dos veces.",
    "en": "It is the charge of Tuesday, 40 euros, taken twice.",
}


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


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One person's way, and the agent beside it."""

    town: Town
    person: Person
    desk: Page
    phone: BrowserContext

    @property
    def words(self) -> Words:
        return WORDS[self.person.lang]

    def shot(self, page: Page, name: str) -> None:
        """A picture of a step, where they are wanted."""
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{self.person.network}-{self.person.lang}-{name}.png", full_page=True)

    def open_thread(self) -> None:
        """From the queue, by the row of the person."""
        self.desk.goto(f"http://127.0.0.1:{self.town.stage.dashboard_port}/")
        named = self.desk.locator(".ap.row", has_text=re.compile(f"{self.person.name}|{self.person.handle}"))
        row = self.desk.locator("[data-testid=stHorizontalBlock]", has=named).last
        row.wait_for()
        self.shot(self.desk, "desk-queue")
        row.get_by_role("button").click()
        self.desk.wait_for_selector(".ap.post")

    def look_again(self) -> None:
        """Load the thread anew."""
        self.desk.reload()
        self.desk.wait_for_selector(".ap.post")

    def settled(self) -> None:
        """Wait until the dashboard has drawn what was asked of it."""
        self.desk.wait_for_timeout(200)
        expect(self.desk.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")

    def approve_all(self, expected: int) -> None:
        """Approve what waits in the thread, one after the other."""
        waiting = self.desk.get_by_role("button", name=self.words.approve, exact=True)
        expect(waiting).to_have_count(expected)
        for left in range(expected - 1, -1, -1):
            waiting.first.click()
            expect(waiting).to_have_count(left)

    def prove(self, page: Page, **typed: str) -> None:
        """Be found on file, by the code in the letter."""
        page.get_by_role("link", name=self.words.prove).first.click()
        for field, value in typed.items():
            page.fill(f"#{field}", value)
        self.shot(page, "phone-3-identify")
        before = len(self.town.letters_to(self.person))
        page.click("#prove button")
        self.town.work()
        letters = self.town.letters_to(self.person)
        assert len(letters) == before + 1
        page.fill("#code", one_time_code(letters[-1]))
        self.shot(page, "phone-4-code")
        page.click("#try button")

    def consent(self, page: Page, *purposes: str) -> None:
        """Agree to some of what is asked; nothing is ticked beforehand."""
        assert page.locator("input[type=checkbox]").count() == 3
        assert page.locator("input[type=checkbox]:checked").count() == 0
        for purpose in purposes:
            page.check(f"#{purpose}")
        self.shot(page, "phone-5-consent")
        page.click("#agree button")
        page.get_by_text(self.words.saved).first.wait_for()
        self.shot(page, "phone-6-consented")
        page.click("a[href^='/room?']")

    def talk(self, page: Page) -> None:
        """The person writes and leaves, the agent answers, the person comes back and reads."""
        page.fill("#text", SAID[self.person.lang])
        page.click("#say button")
        page.get_by_text(SAID[self.person.lang]).wait_for()
        self.shot(page, "phone-7-said")
        page.close()
        self.look_again()
        self.desk.get_by_role("button", name=self.words.claim, exact=True).click()
        self.desk.get_by_text(self.words.claimed).wait_for()
        self.desk.get_by_text(SAID[self.person.lang]).wait_for()
        self.settled()
        field = self.desk.get_by_label(self.words.room_field)
        field.fill(self.words.answer)
        field.press("Tab")
        self.settled()
        expect(field).to_have_value(self.words.answer)
        self.shot(self.desk, "desk-answering")
        self.desk.get_by_role("button", name=self.words.room_send, exact=True).click()
        self.desk.get_by_text(self.words.room_said).first.wait_for()
        self.shot(self.desk, "desk-answered")

    def come_back(self, name: str) -> Page:
        """The room again, in the same browser."""
        page = self.phone.new_page()
        page.goto(f"http://127.0.0.1:{self.town.stage.room_port}/room")
        self.shot(page, f"phone-{name}")
        return page

    def mark_solved(self) -> None:
        """Read the line that follows, and mark the case."""
        self.look_again()
        buttons = self.desk.get_by_role("button", name=self.words.solved, exact=True)
        buttons.first.click()
        expect(buttons).to_have_count(2)
        self.shot(self.desk, "desk-solving")
        buttons.last.click()
        expect(buttons).to_have_count(0)
        self.shot(self.desk, "desk-solved")

    def sent_under(self, post: str) -> list[str]:
        """What the brand says under a post, oldest first."""
        return [reply["text"] for reply in self.town.truth()["replies"] if reply["in_reply_to"] == post]


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
    assert [hide["hidden"] for hide in town.truth()["hides"] if hide["id"] == post] == [True]
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
    assert [hide["hidden"] for hide in town.truth()["hides"] if hide["id"] == post] == [True, False]

    walk.mark_solved()
    town.work()
    (closing,) = walk.sent_under(post)
    assert (walk.words.says_solved in closing) == consents
    _ended(walk, ["step:decided", "agent:reply:approved", *STEPS])


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
    _ended(walk, ["step:decided", *STEPS])


def test_the_log_of_all_that_verifies(town: Town) -> None:
    told = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "service.cli", "ledger", "verify", "--config", str(town.stage.home.settings_file)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr


STEPS: list[str] = []


def _ended(walk: Walk, steps: Sequence[str]) -> None:
    """The case is closed, the room says so, and the log shows each step in its turn."""
    case = walk.town.case_of(walk.person)
    assert case.closed_at is not None
    expect(walk.come_back("9-closed").locator(".turn")).to_have_text(walk.words.closed)
    walk.look_again()
    walk.shot(walk.desk, "desk-closed")
    kinds = walk.town.kinds(case.id or 0)
    print(walk.person.name, kinds)
    left = iter(kinds)
    assert [step for step in steps if not any(kind.startswith(step) for kind in left)] == [], kinds
