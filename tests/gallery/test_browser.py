"""The gallery in a real Chromium."""

from __future__ import annotations

import os
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Unpack

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from animedex.gallery.gallery_server import gallery_server
from animedex.library.filter_sql import Filters
from tests.gallery.browser import Manner, Tab, needs_chromium, opened, started
from tests.gallery.conftest import EVIL, NEKO, post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser, Route

    from animedex.asgi.loopback_server import LoopbackServer
    from tests.gallery.browser import Scheme
    from tests.gallery.conftest import GalleryFixture

pytestmark = needs_chromium
IMAGES = Path(__file__).parents[2] / "docs" / "images"
# Only who asks for it gets new pictures for the documentation.
REWRITTEN = "REWRITE_SCREENSHOTS"
ALL = "/?animated=no"
SCHEMES: list[Scheme] = ["light", "dark"]
widths = pytest.mark.parametrize("width", [360, 1280])


class Open(Protocol):
    """Open a tab on the filled gallery."""

    def __call__(self, **asked: Unpack[Manner]) -> AbstractContextManager[Tab]:
        """Open it, with a profile of its own."""
        ...


# Playwright has its event loop running in this thread, where other tests start one of their own: it
# ends with this file.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as running:
        yield running


@pytest.fixture
def tab(browser: Browser, gallery: LoopbackServer) -> Open:
    return partial(opened, browser, gallery.origin)


@pytest.fixture
def neko(filled: GalleryFixture) -> str:
    """Return the path of a picture that others are like."""
    entry = filled.library.holding(f"nekos:{NEKO}")
    assert entry is not None
    return f"/picture/{entry.id}"


def listed(filled: GalleryFixture, filters: Filters) -> list[int]:
    return [entry.id for entry in filled.library.entries(filters)]


def test_it_searches_as_one_types(tab: Open, filled: GalleryFixture) -> None:
    with tab() as visited:
        page = visited.open("/")
        before = visited.numbers()
        page.locator("#q").press_sequentially("inkwell")
        expected = [hit.entry.id for hit in filled.library.search("inkwell")]
        expect(page.locator("#count")).to_have_text(f"{len(expected)} pictures found")
        assert visited.numbers() == expected
        assert visited.path() == "/?q=inkwell"
        expect(page.locator("#q")).to_be_focused()
        page.locator("#q").press_sequentially("zzzzzz")
        expect(page.locator("#count")).to_have_text("no pictures found")
        page.go_back()
        expect(page.locator("#q")).to_have_value("")
        expect(page.locator("#count")).to_have_text("160 pictures")
        assert visited.numbers() == before


def test_it_tells_a_screen_reader_what_was_found(tab: Open) -> None:
    with tab() as visited:
        page = visited.open("/")
        page.evaluate(
            "() => { const [at] = document.querySelectorAll('[role=status]'); window.said = [];"
            " const told = () => window.said.push(at.textContent);"
            " new MutationObserver(told).observe(at, { childList: true }); }"
        )
        page.locator("#q").fill("inkwell")
        expect(page.locator("#count")).to_contain_text("found")
        said = page.evaluate("window.said")
        assert said[-1].endswith("pictures found")


def test_escape_leaves_the_search_as_it_is(tab: Open, filled: GalleryFixture) -> None:
    with tab() as visited:
        page = visited.open("/?q=inkwell")
        page.locator("#q").focus()
        page.keyboard.press("Escape")
        expect(page.locator("#q")).not_to_be_focused()
        expect(page.locator("#q")).to_have_value("inkwell")


def test_enter_waits_for_what_is_being_searched(tab: Open, filled: GalleryFixture) -> None:
    with tab() as visited:
        page = visited.open("/")

        def hurry(route: Route) -> None:
            page.keyboard.press("Enter")
            route.continue_()

        page.route("**/?q=inkwell", hurry)
        page.locator("#q").fill("inkwell")
        result = [hit.entry.id for hit in filled.library.search("inkwell")]
        expect(page.locator("#count")).to_have_text(f"{len(result)} pictures found")
        expect(page.locator(".card a").first).to_be_focused()
        assert visited.focused() == result[0]


def test_back_leads_to_all_where_one_does_not_come_from_the_grid(tab: Open) -> None:
    with tab() as visited:
        visited.open("/?category=neko")
        page = visited.open("/picture/5?category=waifu")
        page.locator("#back").click()
        page.wait_for_url("**/?category=waifu")


def test_filters_narrow_at_once_and_stand_in_the_address(tab: Open, filled: GalleryFixture) -> None:
    with tab() as visited:
        page = visited.open("/")
        page.get_by_text("Filters", exact=True).click()
        page.get_by_label("Motion").select_option("still")
        page.get_by_label("Category").select_option("waifu")
        expect(page.locator("#count")).to_have_text("10 pictures")
        assert visited.path() == "/?category=waifu&animated=no"
        assert visited.numbers() == listed(filled, Filters(category="waifu"))
        page.get_by_role("link", name="Remove the filter waifu").click()
        page.wait_for_url("**/?animated=no")
        expect(page.locator("#count")).to_have_text("42 pictures")
        page.go_back()
        expect(page.locator("#count")).to_have_text("10 pictures")


def test_a_picture_opens_with_what_is_like_it(tab: Open, filled: GalleryFixture, neko: str) -> None:
    with tab() as visited:
        page = visited.open("/?category=neko")
        page.locator(f'.card a[href^="{neko}?"]').click()
        page.wait_for_url(f"**{neko}?category=neko")
        expect(page.get_by_role("heading", level=1)).to_have_text("neko")
        beside = page.get_by_role("region", name="Similar pictures")
        expect(beside.get_by_role("link")).to_have_count(2)
        beside.get_by_role("link").first.click()
        expect(page.locator("dl.facts")).to_contain_text("your own")
        page.go_back()
        page.go_back()
        page.wait_for_url("**/?category=neko")


def test_all_of_it_works_without_a_mouse(tab: Open, filled: GalleryFixture) -> None:
    with tab() as visited:
        page = visited.open(ALL)
        numbers = visited.numbers()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("l")
        assert visited.focused() == numbers[0]
        page.keyboard.press("ArrowRight")
        assert visited.focused() == numbers[1]
        page.keyboard.press("j")
        below = visited.focused()
        assert below in numbers[2:]
        page.keyboard.press("k")
        assert visited.focused() in numbers[:3]
        page.keyboard.press("End")
        assert visited.focused() == numbers[-1]
        page.keyboard.press("Home")
        page.keyboard.press("ArrowLeft")
        assert visited.focused() == numbers[0]
        page.keyboard.press("/")
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#q")).not_to_be_focused()
        page.keyboard.press("/")
        page.keyboard.press("ArrowDown")
        assert visited.focused() == numbers[0]
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/picture/{numbers[0]}?animated=no")
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**/picture/{numbers[1]}?animated=no")
        page.keyboard.press("k")
        page.wait_for_url(f"**/picture/{numbers[0]}?animated=no")
        page.keyboard.press("Escape")
        page.wait_for_url(f"**{ALL}")


def test_single_keys_can_be_switched_off(tab: Open) -> None:
    with tab() as visited:
        page = visited.open("/")
        page.get_by_text("Keyboard", exact=True).click()
        page.get_by_label("Single keys do this").uncheck()
        page.locator("main").focus()
        page.keyboard.press("/")
        expect(page.locator("#q")).not_to_be_focused()
        page.keyboard.press("j")
        assert visited.focused() is None
        visited.open("/picture/5")
        page.keyboard.press("j")
        assert visited.path() == "/picture/5"
        page.keyboard.press("Escape")
        page.wait_for_url("**/")
        expect(page.locator("#shortcuts")).not_to_be_checked()


def test_the_focus_can_be_seen(tab: Open) -> None:
    with tab() as visited:
        page = visited.open("/")
        for _ in range(6):
            page.keyboard.press("Tab")
            width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert width == "3px"


@widths
@pytest.mark.parametrize("path", ["/", "/?q=zzzzqqqq&category=neko", "neko", "/nothing"])
def test_it_has_no_barriers_that_axe_knows(path: str, width: int, tab: Open, neko: str) -> None:
    with tab(width=width, scheme="light") as visited:
        page = visited.page
        if path == "/nothing":
            page.set_extra_http_headers({"X-Expected": "404"})
        page = visited.open(neko if path == "neko" else path)
        for summary in page.locator("summary").all():
            summary.click()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            result = Axe().run(page)
            assert result.violations_count == 0, (scheme, result.generate_report())
        if path == "/nothing":
            visited.seen.errors.clear()


@widths
@pytest.mark.parametrize("path", ["/", ALL, "neko", "moving", "/?q=zzzzzqqqq&artist=mio"])
def test_nothing_moves_and_nothing_is_cut_off(
    path: str, width: int, tab: Open, neko: str, filled: GalleryFixture
) -> None:
    moving = listed(filled, Filters(animated=True))[0]
    path = {"neko": neko, "moving": f"/picture/{moving}"}.get(path, path)
    with tab(width=width) as visited:
        visited.slow_down()
        page = visited.open(path)
        page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
        assert visited.moved() == 0
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_rows_of_the_grid_are_of_one_height(tab: Open) -> None:
    with tab() as visited:
        page = visited.open(ALL)
        boxes = page.locator(".grid .card img").evaluate_all(
            "all => all.map(one => { const box = one.getBoundingClientRect();"
            " return [Math.round(box.top), box.height, box.width]; })"
        )
        rows: dict[int, list[tuple[float, float]]] = {}
        for top, height, width in boxes:
            rows.setdefault(top, []).append((height, width))
        assert len(rows) > 3
        for row in rows.values():
            heights = [height for height, _ in row]
            assert max(heights) - min(heights) < 1
        widths = [sum(width for _, width in row) + 14 * (len(row) - 1) for row in rows.values()]
        assert max(widths[:-1]) - min(widths[:-1]) < 2


def test_pictures_come_when_they_are_needed(tab: Open) -> None:
    with tab(height=400) as visited:
        page = visited.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        visited.open("/")
        first = sum("/thumbnail/" in url for url in asked)
        assert 12 <= first < 60
        page.locator(".card").last.scroll_into_view_if_needed()
        expect(page.locator(".card img").last).to_have_js_property("complete", value=True)
        assert sum("/thumbnail/" in url for url in asked) > first


def test_it_works_without_a_script(tab: Open, filled: GalleryFixture) -> None:
    with tab(script=False) as visited:
        page = visited.open("/")
        page.get_by_label("Search artists, shows, tags, files").fill("inkwell")
        page.get_by_role("button", name="Search").click()
        page.wait_for_url("**/?q=inkwell**")
        expected = [hit.entry.id for hit in filled.library.search("inkwell")]
        expect(page.locator(".card")).to_have_count(len(expected))
        page.locator(".card a").first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.get_by_role("link", name="All pictures").click()
        page.wait_for_url("**/?q=inkwell")


def test_what_moves_can_be_stopped(tab: Open, filled: GalleryFixture) -> None:
    number = listed(filled, Filters(animated=True))[0]
    with tab() as visited:
        page = visited.open(f"/picture/{number}")
        shown = page.locator("#shown")
        assert "/file/" in (shown.get_attribute("src") or "")
        page.get_by_role("button", name="Pause").click()
        assert "/thumbnail/" in (shown.get_attribute("src") or "")
        page.get_by_role("button", name="Play").click()
        assert "/file/" in (shown.get_attribute("src") or "")


def test_nothing_moves_for_who_wants_stillness(tab: Open, filled: GalleryFixture) -> None:
    number = listed(filled, Filters(animated=True))[0]
    with tab(still=True) as visited:
        page = visited.open(f"/picture/{number}")
        drawn = "document.getElementById('shown').currentSrc"
        assert "/thumbnail/" in page.evaluate(drawn)
        page.get_by_role("button", name="Play").click()
        moving = page.locator("#shown").get_attribute("src") or ""
        assert moving.startswith("/file/")
        expect(page.locator("#shown")).to_have_js_property("currentSrc", visited.origin + moving)


SWIPE = """([figure, by]) => {
  const at = (x) => new Touch({ identifier: 1, target: figure, clientX: x, clientY: 200 });
  figure.dispatchEvent(new TouchEvent("touchstart", { touches: [at(200)] }));
  figure.dispatchEvent(new TouchEvent("touchend", { changedTouches: [at(200 + by)] }));
}"""


def test_swipes_lead_to_the_pictures_beside(tab: Open) -> None:
    with tab(width=360, height=740, touch=True) as visited:
        page = visited.open(ALL)
        numbers = visited.numbers()
        page.locator(".card a").first.tap()
        page.wait_for_url(f"**/picture/{numbers[0]}?animated=no")
        for by, number in ((-120, numbers[1]), (120, numbers[0])):
            figure = page.locator("figure").element_handle()
            page.evaluate(SWIPE, [figure, by])
            page.wait_for_url(f"**/picture/{number}?animated=no")


def test_the_colours_follow_the_system(tab: Open) -> None:
    def brightness(scheme: Scheme) -> float:
        with tab(scheme=scheme) as visited:
            page = visited.open("/")
            colour = str(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            return sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(", "))) / 3

    assert brightness("light") > 200
    assert brightness("dark") < 60


def test_a_name_that_is_a_script_does_nothing(
    own: GalleryFixture, own_server: LoopbackServer, browser: Browser
) -> None:
    about = post(
        artists=[EVIL], characters=[EVIL], tags=[EVIL, "{{7*7}}"], source_url="javascript:alert(1)"
    )
    entry = own.add(own.draw("a.png"), about, EVIL)
    with opened(browser, own_server.origin) as visited:
        page = visited.page
        asked: list[str] = []
        page.on("dialog", lambda dialog: asked.append(dialog.message))
        visited.open("/")
        page.locator("#q").press_sequentially("script")
        expect(page.locator("#count")).to_have_text("1 picture found")
        expect(page.locator(".credit")).to_have_text(EVIL)
        visited.open(f"/picture/{entry.id}")
        expect(page.locator(".by a")).to_have_text(EVIL)
        assert page.locator("a[href^=javascript]").count() == 0
        assert asked == []


def test_the_token_opens_the_gallery_once_and_for_all(
    filled: GalleryFixture, browser: Browser, tmp_path: Path
) -> None:
    secret = "correct-horse-battery"
    with (
        gallery_server(filled.library, cache=str(tmp_path), token=secret) as server,
        opened(browser, server.origin) as visited,
    ):
        page = visited.open("/?q=inkwell")
        visited.seen.errors.clear()  # that it was turned away
        page.get_by_label("Token").fill(secret)
        page.get_by_role("button", name="Open the gallery").click()
        page.wait_for_url(f"{server.origin}/?q=inkwell")
        expect(page.locator(".card").first).to_be_visible()
        assert secret not in page.url
        (cookie,) = page.context.cookies()
        assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Lax")
        visited.open("/picture/1")
        expect(page.locator("#shown")).to_be_visible()


def test_a_link_on_another_site_opens_the_gallery(
    filled: GalleryFixture, browser: Browser, tmp_path: Path
) -> None:
    secret = "correct-horse-battery"
    with (
        gallery_server(filled.library, cache=str(tmp_path), token=secret) as server,
        opened(browser, server.origin) as visited,
    ):
        page = visited.page
        link = f'<a href="{server.origin}/?q=inkwell&token={secret}">the gallery</a>'
        page.route(
            "http://elsewhere.example/",
            lambda route: route.fulfill(body=link, content_type="text/html"),
        )
        page.goto("http://elsewhere.example/")
        page.get_by_role("link", name="the gallery").click()
        page.wait_for_url(f"{server.origin}/?q=inkwell")
        expect(page.locator(".card").first).to_be_visible()
        visited.seen.outside.clear()  # where it was linked


SHOTS: dict[str, tuple[str, Scheme]] = {
    "gallery": (ALL, "light"),
    "gallery-dark": ("/", "dark"),
    "picture": ("neko", "light"),
}


@pytest.mark.parametrize("name", SHOTS)
def test_pictures_for_the_documentation_can_be_taken(
    name: str, tab: Open, neko: str, tmp_path: Path
) -> None:
    path, scheme = SHOTS[name]
    with tab(scheme=scheme, height=800) as visited:
        page = visited.open(neko if path == "neko" else path)
        taken = Image.open(BytesIO(page.screenshot()))
    assert taken.size == (1280, 800)
    path_to = (IMAGES if os.environ.get(REWRITTEN) else tmp_path) / f"{name}.png"
    taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path_to, optimize=True)
    assert 10_000 < path_to.stat().st_size < 300_000
