from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.testing.conftest import Ask

UNKNOWN = [
    "python-requests/2.32.3",
    "python-urllib3/2.2",
    "Python-urllib/3.11",
    "Python/3.11 aiohttp/3.9.5",
    "python-httpx/0.27",
    "python-pyreqwest/1.0.0",
    "curl/8.5.0",
    "Wget/1.21.4",
    "Go-http-client/2.0",
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    "node",
    "axios/1.7.2",
    "okhttp/4.12.0",
    "Java/17.0.11",
    "Java-http-client/21",
    "Ruby",
    "libwww-perl/6.77",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Opera/9.80 (Windows NT 6.1)",
    "bot",
    "Bot/2.0",
    "test",
    "TEST/0.1",
    "",
    "   ",
    None,
]
KNOWN = [
    "animedex/0.1",
    "animedex/0.1 (me@example.org)",
    "myprogram/1.0",
    "myprogram",
    "testbench/3",
    "botanist/1.0",
    "greeter-bot/2 (https://greeter.example)",
    "myprogram/1.0 python-requests/2.32.3",
]


@pytest.mark.parametrize("user_agent", UNKNOWN)
def test_unknown_visitors_get_a_page_and_403(
    server: SampleServer, ask: Ask, user_agent: str | None
) -> None:
    answer = ask(server, "/neko", user_agent=user_agent)
    assert answer.status == 403
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"User-Agent" in answer.read()
    assert answer.headers["x-rate-limit-limit"] is None


@pytest.mark.parametrize("user_agent", KNOWN)
def test_a_program_that_names_itself_is_let_in(
    server: SampleServer, ask: Ask, user_agent: str
) -> None:
    assert ask(server, "/neko", user_agent=user_agent).status == 200


@pytest.mark.parametrize("path", ["/endpoints", "/search?query=a&type=1", "/nosuch"])
def test_the_rule_holds_on_every_route(server: SampleServer, ask: Ask, path: str) -> None:
    assert ask(server, path, user_agent="curl/8.5.0").status == 403


def test_browsers_may_load_pictures_and_libraries_may_not(server: SampleServer, ask: Ask) -> None:
    path = "/neko/0b6c1f3a-0001-4c1e-9d51-5a3d8a1c0001.png"
    assert ask(server, path, user_agent="Mozilla/5.0").status == 200
    assert ask(server, path, user_agent="curl/8.5.0").status == 403
    assert ask(server, path, user_agent=None).status == 403


def test_web_pages_may_ask(server: SampleServer, ask: Ask) -> None:
    origin = {"Origin": "https://page.example"}
    answer = ask(server, "/neko", user_agent="Mozilla/5.0 (X11)", headers=origin)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert ask(server, "/neko", user_agent="Mozilla/5.0 (X11)").status == 403
    assert ask(server, "/neko", user_agent="curl/8.5.0", headers=origin).status == 403
    assert ask(server, "/nosuch").headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_s_question_beforehand_is_answered(server: SampleServer, ask: Ask) -> None:
    headers = {"Origin": "https://page.example", "Access-Control-Request-Method": "GET"}
    answer = ask(server, "/neko", method="OPTIONS", user_agent="Mozilla/5.0 (X11)", headers=headers)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
