"""The whole way of a campaign from calendar to inbox, with real processes: by mouse and keyboard, in each language."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import SignIn, Site
from tests.e2e.words import Words

LONG = 60_000
"""Milliseconds for what the gate decides, and for mails to leave."""

SUBJECTS = ("Uma palavra da nossa diretora", "Unas palabras de nuestra directora", "A word from our managing director")
GRACE = timedelta(seconds=70)
BROWSERS = {"pt-BR": "pt-BR", "es": "es-MX", "en": "en-US"}


class Mouse:
    """How somebody does things with a mouse."""

    def press(self, target: Locator) -> None:
        """Press a button or follow a link."""
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Fill in a field."""
        target.fill(text)

    def choose(self, target: Locator, text: str) -> None:
        """Choose an option of a list."""
        target.click()
        target.page.get_by_role("option", name=text, exact=True).click()

    def look_at(self, day: Locator) -> None:
        """Choose a day of the strip."""
        day.click()


class Keyboard(Mouse):
    """How somebody does them with the keyboard alone: Tab to what is meant, then Enter, arrows and letters."""

    def press(self, target: Locator) -> None:
        self._reach(target)
        target.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self._reach(target)
        target.page.keyboard.type(text)

    def choose(self, target: Locator, text: str) -> None:
        self._reach(target)
        target.page.keyboard.type(text)
        expect(target.page.get_by_role("option").first).to_have_text(text)
        target.page.keyboard.press("ArrowDown")
        target.page.keyboard.press("Enter")
        expect(target).to_have_value(text)

    def look_at(self, day: Locator) -> None:
        self._reach(day.page.get_by_role("radio", checked=True).last)
        for _ in range(31):
            if day.get_attribute("aria-checked") == "true":
                return
            day.page.keyboard.press("ArrowRight")
        raise AssertionError("the arrow keys do not come to the day")

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_enabled()
        for _ in range(200):
            if target.evaluate("element => element === document.activeElement"):
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not come to {target}")


class Path:
    """The way of one campaign, in one language, with one kind of hand."""

    def __init__(self, site: Site, sign_in: SignIn, language: str, hand: Mouse, name: str) -> None:
        self.site, self.sign_in, self.hand, self.name = site, sign_in, hand, name
        self.says = Words(language)

    def go(self) -> None:
        """All of it."""
        ana = self.somebody("Ana Ribeiro")
        self.collisions(ana)
        self.draft(ana)
        self.move_to_the_best_day(ana)
        self.hand.press(ana.get_by_role("button", name=self.says("Submit for approval")))
        expect(ana.get_by_text(self.says("waiting for approval"), exact=True)).to_be_visible()
        self.approve(self.somebody("Lívia Sampaio"))
        ana.reload()
        self.hand.press(ana.get_by_role("button", name=self.says.begin("Launch …")))
        self.hand.press(ana.get_by_role("dialog").get_by_role("button", name=self.says("Launch now")))
        expect(ana.get_by_role("button", name=self.says.begin("Undo the launch ({left} s)"))).to_be_visible()
        before = self.mails()
        day = self.first_day(ana)
        ana.close()
        self.site.clock.jump(max(self.site.clock.now + GRACE, day))
        self.mails_leave(self.somebody("Ana Ribeiro"))
        assert self.mails() > before

    def mails(self) -> int:
        """How many mails with the content of the campaign have come to the mail server."""
        return sum(len(self.site.mails(subject)) for subject in SUBJECTS)

    def somebody(self, name: str) -> Page:
        """A colleague's calendar, in the language of the path."""
        page = self.sign_in(name, BROWSERS[self.says.language])
        page.evaluate(
            """async language => fetch("/api/v1/session", {method: "PATCH", body: JSON.stringify({language}),
               headers: {"Content-Type": "application/json", "X-Pauta": "1"}})""",
            self.says.language,
        )
        page.reload()
        return page

    def collisions(self, page: Page) -> None:
        """On one day several campaigns meet; the calendar shows it."""
        expect(page.get_by_role("heading", name=self.says("Calendar"), level=1)).to_be_visible()
        self.hand.press(page.locator("button[aria-current=date]"))
        day = page.locator("section[aria-labelledby^=day-]")
        expect(day.get_by_role("row").nth(2)).to_be_visible()

    def draft(self, page: Page) -> None:
        """A new campaign for everybody, from its form."""
        self.hand.press(page.get_by_role("link", name=self.says("New campaign")))
        form = page.locator("form")
        self.hand.write(form.get_by_role("textbox", name=self.says("Name"), exact=True), self.name)
        self.hand.choose(form.get_by_label(self.says("Content")).first, "letter")
        self.hand.write(form.get_by_role("combobox", name=self.says("Topic")), "webinar")
        self.hand.press(form.get_by_role("button", name=self.says("Save, and see what it would do")))

    def move_to_the_best_day(self, page: Page) -> None:
        """The impact of every day is shown; the campaign goes to the best one."""
        expect(page.get_by_text(self.says("Who waits, and why"))).to_be_visible(timeout=LONG)
        best = page.get_by_role("radio", name=re.compile(self.says("best day")))
        if best.is_checked():
            return
        self.hand.look_at(best)
        expect(best).to_be_checked()
        self.hand.press(page.get_by_role("button", name=self.says.begin("Move it to {0}")))
        expect(page.get_by_text(self.says.begin("The campaign is now for {0}."))).to_be_visible()

    def approve(self, page: Page) -> None:
        """Somebody else finds it among what waits for them, and says yes."""
        self.hand.press(page.get_by_role("link", name=self.says("Approvals")))
        self.hand.press(page.get_by_role("link", name=self.name))
        self.hand.press(page.get_by_role("button", name=self.says("Approve"), exact=True))
        expect(page.get_by_text(self.says("approved"), exact=True).first).to_be_visible()

    def first_day(self, page: Page) -> datetime:
        """Noon of the day that the campaign is for, where the company is."""
        told = page.request.get(f"{self.site.url}/api/v1/campaigns/{self.name}").json()
        return datetime.fromisoformat(f"{told['not_before']}T12:00").replace(tzinfo=ZoneInfo("America/Sao_Paulo"))

    def mails_leave(self, page: Page) -> None:
        """The worker sends; the campaign tells it, and leads to one who waits and is told why."""
        page.goto(f"/campaigns/{self.name}")
        sent = page.get_by_role("row", name=self.says("taken by the mail server"))
        expect(sent).to_be_visible(timeout=3 * LONG)
        waits = page.get_by_role("row", name=re.compile(f"{self.says('waits')}.*{self.says('planned')}"))
        self.hand.press(waits.get_by_role("button").first)
        self.hand.press(page.get_by_role("dialog").get_by_role("link").first)
        expect(page.get_by_role("heading", name=self.says("What is to come, and why"))).to_be_visible()
        told = page.get_by_role("article", name=self.name)
        expect(told.get_by_text(self.says.begin("waits until {when}"))).to_be_visible()
        expect(told.get_by_role("region")).to_be_visible()


def test_a_campaign_goes_its_whole_way_in_portuguese(site: Site, sign_in: SignIn) -> None:
    Path(site, sign_in, "pt-BR", Mouse(), "Convite de novembro").go()


@pytest.mark.long
@pytest.mark.parametrize("language", ["es", "en"])
def test_it_goes_the_same_way_in_other_languages(site: Site, sign_in: SignIn, language: str) -> None:
    Path(site, sign_in, language, Mouse(), f"Invitation {language}").go()


@pytest.mark.long
def test_the_keyboard_alone_goes_the_whole_way(site: Site, sign_in: SignIn) -> None:
    Path(site, sign_in, "pt-BR", Keyboard(), "Convite pelo teclado").go()
