"""A browser whose every request, cookie and store is written down, page by page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

# What is opened is made a moment later, and listed only then.
_OPENED = """
window.opened = {database: [], cache: []};
for (const [kind, store] of [["database", window.IDBFactory], ["cache", window.CacheStorage]]) {
  if (!store) continue;
  const open = store.prototype.open;
  store.prototype.open = function (name, ...more) {
    window.opened[kind].push(name);
    return open.call(this, name, ...more);
  };
}
"""
_STORES = """
async () => ({
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  "document.cookie": document.cookie.split("; ").filter(Boolean),
  database: [...window.opened.database, ...(await indexedDB.databases()).map((one) => one.name)],
  cache: [...window.opened.cache, ...(await caches.keys())],
  worker: (await navigator.serviceWorker.getRegistrations()).map((one) => one.scope),
})
"""
# A browser may open a connection for these before anything is asked for.
_HINTS = "link[rel~=preconnect], link[rel~=dns-prefetch], link[rel~=prefetch], link[rel~=prerender]"
_NO_REQUEST = ("data:", "blob:", "about:")


@dataclass
class Watched:
    """What one profile was seen to do: who was asked, what was kept. `cookies` holds each as it was set."""

    browser: Browser
    base: str
    script: bool = True
    pages: int = 0
    foreign: list[str] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    setters: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            base_url=self.base, java_script_enabled=self.script, reduced_motion="reduce"
        )
        self.context.on("request", self._note_request)
        self.context.on("response", self._note_response)
        self.context.add_init_script(_OPENED)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._note_words)

    def _is_ours(self, url: str) -> bool:
        return url.startswith(_NO_REQUEST) or urlsplit(url).netloc == urlsplit(self.base).netloc

    def _note_request(self, request: Request) -> None:
        if not self._is_ours(request.url):
            self.foreign.append(f"{self.page.url} asks {request.url}")

    def _note_words(self, message: ConsoleMessage) -> None:
        # What the policy of the page stopped was asked for all the same.
        if "Content Security Policy" in message.text:
            self.foreign.append(f"{self.page.url}: {message.text}")

    def _note_response(self, response: Response) -> None:
        for header in response.headers_array():
            if header["name"].lower() == "set-cookie":
                name = header["value"].partition("=")[0]
                self.cookies[name] = header["value"]
                self.setters.setdefault(urlsplit(response.url).path, set()).add(name)

    def sign_in(self, name: str, token: str | None) -> None:
        """Come with a session that was begun elsewhere."""
        assert token
        self.context.add_cookies([{"name": name, "value": token, "url": self.base, "httpOnly": True}])

    def visit(self, path: str) -> int:
        """Open a page, note what it keeps, and return its status."""
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None
        self.pages += 1
        self._note_stores()
        for hint in self.page.locator(_HINTS).all():
            address = str(hint.evaluate("(link) => link.href"))
            if not self._is_ours(address):
                self.foreign.append(f"{self.page.url} hints at {address}")
        return answer.status

    def _note_stores(self) -> None:
        for kind, names in self.page.evaluate(_STORES).items():
            self.kept |= {f"{kind} {name}" for name in names}

    def crawl(self, paths: Iterable[str], *, fresh: bool) -> dict[str, int]:
        """Visit pages, each with an empty profile where it is to be `fresh`; return the status of each."""
        found = {}
        for path in paths:
            if fresh:
                self.context.clear_cookies()
            found[path] = self.visit(path)
        # What a script wrote after its page was there is seen on the next page of the tab, or now.
        self.page.wait_for_load_state("networkidle")
        self._note_stores()
        return found

    def close(self) -> None:
        """Forget this profile."""
        self.context.close()

    def undeclared(self, cookies: Iterable[str], storage: Iterable[str]) -> list[str]:
        """Return a line for each thing that is kept and not declared, and each outsider who was asked."""
        allowed = {f"session {name}" for name in storage}
        lines = [f"cookie {name} is not declared" for name in sorted(set(self.cookies) - set(cookies))]
        lines += [f"{name} is not declared" for name in sorted(self.kept - allowed)]
        return [*lines, *sorted(set(self.foreign))]


def life(header: str) -> str:
    """Return how long a browser keeps a cookie, in the words of the published table."""
    said: dict[str, Any] = dict(
        part.strip().lower().partition("=")[::2] for part in header.split(";")[1:] if part.strip()
    )
    if "max-age" not in said:
        return "until the browser closes" if "expires" not in said else f"until {said['expires']}"
    return f"{int(said['max-age']) // 86400} days"
