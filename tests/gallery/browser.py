"""A real Chromium: started once, and watched for what a page should never do."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, TypedDict, Unpack, cast
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

Scheme: TypeAlias = Literal["light", "dark"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Adds up what moves by itself, as browsers measure it.
WATCH = """
window.moved = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


class Manner(TypedDict, total=False):
    """What kind of a browser it is to be."""

    width: int
    height: int
    scheme: Scheme
    script: bool
    still: bool
    touch: bool


class Seen(NamedTuple):
    """What a page did that it should not have done."""

    errors: list[str]
    outside: list[str]


class Tab(NamedTuple):
    """A page with what was seen of it."""

    page: Page
    origin: str
    seen: Seen

    def open(self, path: str) -> Page:
        """Go to a path, and wait until all of it is there."""
        self.page.goto(self.origin + path, wait_until="networkidle")
        return self.page

    def slow_down(self) -> None:
        """Return the page a sixth of the processor, so that what is not there at once shows."""
        session = self.page.context.new_cdp_session(self.page)
        send = cast("Callable[[str, dict[str, int]], object]", session.send)  # its types are vague
        send("Emulation.setCPUThrottlingRate", {"rate": 6})

    def path(self) -> str:
        """Return where the page is."""
        parts = urlsplit(self.page.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def numbers(self) -> list[int]:
        """Return the numbers of the pictures in the grid."""
        script = "links => links.map(link => parseInt(link.pathname.split('/')[2]))"
        return cast("list[int]", self.page.locator(".grid .card a").evaluate_all(script))

    def focused(self) -> int | None:
        """Return the number of the picture that has the focus."""
        script = "document.activeElement.closest('.card a')?.pathname.split('/')[2] ?? null"
        result = cast("str | None", self.page.evaluate(script))
        return None if result is None else int(result)

    def moved(self) -> float:
        """Return how much has moved by itself."""
        return float(self.page.evaluate("window.moved"))


@contextmanager
def started() -> Generator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, origin: str, **asked: Unpack[Manner]) -> Generator[Tab]:
    """Open a tab with a profile of its own, and hold that it did nothing that it should not do."""
    context = browser.new_context(
        viewport={"width": asked.get("width", 1280), "height": asked.get("height", 860)},
        color_scheme=asked.get("scheme", "light"),
        java_script_enabled=asked.get("script", True),
        reduced_motion="reduce" if asked.get("still") else "no-preference",
        has_touch=asked.get("touch", False),
    )
    context.set_default_timeout(30_000)
    if asked.get("script", True):
        context.add_init_script(WATCH)
    page = context.new_page()
    seen = Seen([], [])
    page.on("request", lambda request: _note_outside(request, origin, seen))
    page.on("console", lambda said: _note_error(said, seen))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    try:
        yield Tab(page, origin, seen)
    finally:
        context.close()
    assert seen == Seen([], [])


def _note_outside(request: Request, origin: str, seen: Seen) -> None:
    if not request.url.startswith(f"{origin}/"):
        seen.outside.append(request.url)


def _note_error(said: ConsoleMessage, seen: Seen) -> None:
    if said.type in {"error", "warning"}:
        seen.errors.append(said.text)
