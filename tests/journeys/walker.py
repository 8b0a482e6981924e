"""Somebody at a real browser: each page is looked at by axe, and what the browser complains about is kept.

Axe is a script. Of a page without script it is given a copy, in a window of its own, as it was rendered.
"""

import itertools
import re
import time
from contextlib import suppress
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, Request, Response
from playwright.sync_api import Error as PlaywrightError

from tests.fakes import wait_until
from tests.running import RunningShop

_ADDRESSES = itertools.count(1)
_SCRIPTS = re.compile(r"<script\b.*?</script>|</?noscript\b[^>]*>", re.DOTALL)
_CODE = re.compile(r"^    (\d[\d ]+\d)\s*$", re.MULTILINE)


class Walker:
    """A person with a browser of their own, at an address of their own, with script or without."""

    def __init__(
        self,
        browser: Browser,
        shop: RunningShop,
        *,
        script: bool = True,
        at: str = "",
        **wishes: Any,  # noqa: ANN401 - Playwright's
    ) -> None:
        number = next(_ADDRESSES)
        self.shop = shop
        self.script = script
        self.base = at or shop.url
        self.context = browser.new_context(
            base_url=self.base,
            java_script_enabled=script,
            reduced_motion="reduce",
            locale="en-NL",
            extra_http_headers={"X-Forwarded-For": f"10.77.{number >> 8}.{number & 255}"},
            **wishes,
        )
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.looked: dict[str, list[str]] = {}
        self.cookies_set: dict[str, str] = {}
        self.answers: list[tuple[str, dict[str, str]]] = []
        self._is_new = False
        self._mirror: Page | None = None
        self.page.on("framenavigated", self._note_navigation)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.context.on("request", self._note_request)
        self.context.on("response", self._note_response)

    def _note_navigation(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self._is_new = True

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.asked.append(request.url)

    def _note_response(self, response: Response) -> None:
        if urlsplit(response.url).netloc == urlsplit(self.base).netloc:
            self.answers.append((response.url, response.headers))
        for header in response.headers_array():
            if header["name"].lower() == "set-cookie":
                self.cookies_set.setdefault(header["value"].partition("=")[0], header["value"])

    def go(self, path: str) -> "Walker":
        """Open a page by its address and look at it."""
        self._look_before_leaving()
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.look()

    def look(self) -> "Walker":
        """Have axe look at this page, if it is one of the shop's."""
        self._is_new = False
        if urlsplit(self.page.url).netloc == urlsplit(self.base).netloc:
            found = Axe().run(self.page if self.script else self._copied()).response["violations"]
            barriers = [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]
            self.looked.setdefault(self.page.url, []).extend(barriers)
        return self

    def _look_before_leaving(self) -> None:
        """Look at a page that somebody came to without a word of ours, as after a form."""
        if self._is_new:
            with suppress(PlaywrightError):  # on its way to another page, which is looked at then
                self.page.wait_for_load_state()
                self.look()

    def _copied(self) -> Page:
        """Return a window with scripts that shows this page as it is without."""
        html = _SCRIPTS.sub("", self.page.content())
        if self._mirror is None:
            browser = self.context.browser
            assert browser is not None
            self._mirror = browser.new_context(reduced_motion="reduce").new_page()
        mirror = self._mirror
        mirror.set_viewport_size(self.page.viewport_size or {"width": 1280, "height": 720})
        mirror.route(self.page.url, lambda route: route.fulfill(body=html, content_type="text/html"), times=1)
        mirror.goto(self.page.url)
        return mirror

    def press(self, name: str | re.Pattern[str], *, to: str = "") -> "Walker":
        """Press a button or link by its words; wait for the page at `to`, where it leads to another."""
        self._look_before_leaving()
        both = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        both.first.click()
        if to:
            self.page.wait_for_url(re.compile(to))
            return self.look()
        return self

    def fill(self, **typed: str) -> "Walker":
        """Type into fields by their names."""
        for name, value in typed.items():
            self.page.locator(f'main [name="{name}"]:not([type=hidden])').first.fill(value)
        return self

    def words(self) -> str:
        """Return what a person reads on this page."""
        return " ".join(self.page.locator("body").inner_text().split())

    def until(self, words: str, patience: float = 60) -> "Walker":
        """Open the same page again until it says this, as somebody who waits does; then look at it."""
        limit = time.monotonic() + patience
        while words.casefold() not in self.words().casefold():
            assert time.monotonic() < limit, f"{self.page.url} never said {words!r}: {self.words()}"
            self.page.wait_for_timeout(200)
            with suppress(PlaywrightError):  # a page that leads on by itself ends the reload
                self.page.reload()
        return self.look()

    def outsiders(self) -> set[str]:
        """Return hosts that were asked for anything and are neither the shop nor Stripe's page."""
        known = {urlsplit(url).netloc for url in (self.base, self.shop.pay_url)}
        return {urlsplit(url).netloc for url in self.asked} - known

    def is_content(self) -> None:
        """Fail where a page kept anybody out, complained, or asked anybody else for anything."""
        assert {url: found for url, found in self.looked.items() if found} == {}
        assert self.complaints == [], self.complaints
        assert self.outsiders() == set()

    def leave(self) -> None:
        """Look at the page that is open, and close the browser window."""
        self._look_before_leaving()
        assert {url: found for url, found in self.looked.items() if found} == {}
        if self._mirror is not None:
            self._mirror.context.close()
        self.context.close()


class Mailbox:
    """What the mail sink keeps for one address."""

    def __init__(self, shop: RunningShop, address: str) -> None:
        self.folder: Path = shop.folder / "mail"
        self.address = address

    def mails(self) -> list[tuple[str, str]]:
        """Return subject and text of each mail, in the order of arrival."""
        found = []
        for file in sorted(self.folder.glob("*.eml")):
            mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
            if mail["Delivered-To"] == self.address:
                body = mail.get_body(("plain",))
                found.append((str(mail["Subject"]), body.get_content() if body else ""))
        return found

    def codes(self) -> list[str]:
        """Return the codes that came, oldest first."""
        return [code for _subject, text in self.mails() for code in _CODE.findall(text)]

    def code(self, after: int = 0) -> str:
        """Return the newest code, once more than `after` have come."""
        return str(wait_until(lambda: self.codes()[after:] and self.codes()[-1], patience=60))
