"""One person's way from a public post to the closed case in a real browser, and the agent beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page, expect

from tests.support.journey_texts import SAID, TEXTS, JourneyTexts
from tests.support.two_brands import Person, TwoBrands, one_time_code

SHOTS = os.environ.get("APARTE_TEST_SHOTS", "")
"""A folder for a picture of every step; empty for none."""


@dataclass(frozen=True, kw_only=True)
class Journey:
    """One person's way, and the agent beside it."""

    brands: TwoBrands
    person: Person
    desk: Page
    phone: BrowserContext

    @property
    def words(self) -> JourneyTexts:
        return TEXTS[self.person.lang]

    def shot(self, page: Page, name: str) -> None:
        """A picture of a step, where they are wanted."""
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{self.person.network}-{self.person.lang}-{name}.png", full_page=True)

    def open_thread(self) -> None:
        """From the queue, by the row of the person."""
        self.desk.goto(f"http://127.0.0.1:{self.brands.stage.dashboard_port}/")
        named = self.desk.locator(".ap.row", has_text=re.compile(f"{self.person.name}|{self.person.handle}"))
        row = self.desk.locator("[data-testid=stHorizontalBlock]", has=named).last
        row.wait_for()
        self.shot(self.desk, "desk-queue")
        row.get_by_role("button").click()
        self.desk.wait_for_selector(".ap.post")
        self.settled()

    def look_again(self) -> None:
        """Load the thread anew."""
        self.desk.reload()
        self.desk.wait_for_selector(".ap.post")
        self.settled()

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
        before = len(self.brands.letters_to(self.person))
        page.click("#prove button")
        self.brands.work()
        letters = self.brands.letters_to(self.person)
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
        send = self.desk.get_by_role("button", name=self.words.room_send, exact=True)
        # While the room is drawn anew, the button of before stands beside the new one.
        expect(send).to_have_count(1)
        send.click()
        self.desk.get_by_text(self.words.room_said).first.wait_for()
        self.shot(self.desk, "desk-answered")

    def come_back(self, name: str) -> Page:
        """The room again, in the same browser."""
        page = self.phone.new_page()
        page.goto(f"http://127.0.0.1:{self.brands.stage.room_port}/room")
        self.shot(page, f"phone-{name}")
        return page

    def mark_solved(self) -> None:
        """Read the line that follows, and mark the case."""
        self.look_again()
        buttons = self.desk.get_by_role("button", name=self.words.solved)
        buttons.first.click()
        expect(buttons).to_have_count(2)
        self.shot(self.desk, "desk-solving")
        buttons.last.click()
        expect(buttons).to_have_count(0)
        self.shot(self.desk, "desk-solved")

    def sent_under(self, post: str) -> list[str]:
        """What the brand says under a post, oldest first."""
        return [reply["text"] for reply in self.brands.truth()["replies"] if reply["in_reply_to"] == post]


def assert_closed(journey: Journey, steps: Sequence[str]) -> None:
    """The case is closed, the room says so, and the log shows each step in its turn."""
    case = journey.brands.case_of(journey.person)
    assert case.closed_at is not None
    expect(journey.come_back("9-closed").locator(".turn")).to_have_text(journey.words.closed)
    journey.look_again()
    journey.shot(journey.desk, "desk-closed")
    kinds = journey.brands.kinds(case.id or 0)
    assert "room:consented:learn" not in kinds
    handle = "private_reply" if journey.person.network == "facebook" else "own_message"
    assert journey.brands.proofs(case.id or 0) == (handle, "email_code")
    left = iter(kinds)
    assert [step for step in steps if step not in left] == [], kinds
