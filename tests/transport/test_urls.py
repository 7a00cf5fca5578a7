"""A call goes to its own service or nowhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from animedex.backends.nekos import BACKEND
from animedex.body_writer import to_file
from animedex.call import Call, SourceTag
from animedex.errors import BadArguments, UpstreamError
from animedex.http_message import Request, Response, origin
from animedex.transport.urls import (
    base_url,
    cache_key,
    is_api_origin,
    redact_url,
    redirect_target,
    request_headers,
    require_loopback,
    resolve_url,
)

HOME = BACKEND.base_url
MIRROR = {"nekos": "http://127.0.0.1:8080/mirror"}
BARE = {"nekos": "http://mirror.example"}


def status_of(response: Response, source: SourceTag) -> int:
    return response.status


def call(path: str, *params: tuple[str, str], **fields: Any) -> Call[int]:
    request = Request("GET", path, params, fields.pop("headers", ()))
    return Call(BACKEND, request, status_of, **fields)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/neko", f"{HOME}/neko"),
        ("neko", f"{HOME}/neko"),
        ("//elsewhere.example/x", f"{HOME}/elsewhere.example/x"),
        ("/a b/猫", f"{HOME}/a%20b/%E7%8C%AB"),
        ("/a%20b", f"{HOME}/a%20b"),
        ("/x?q=1#part", f"{HOME}/x?q=1"),
        ("\\\\elsewhere.example\\x", f"{HOME}/%5C%5Celsewhere.example%5Cx"),
        ("/x\r\nhost: y", f"{HOME}/x%0D%0Ahost:%20y"),
        ("@elsewhere.example", f"{HOME}/@elsewhere.example"),
        (f"{HOME}/neko/1.png?x=1", f"{HOME}/neko/1.png?x=1"),
        ("HTTPS://NEKOS.BEST:443/api/v2/neko", f"{HOME}/neko"),
        ("https://nekos.best/about", "https://nekos.best/about"),
    ],
)
def test_paths_are_below_the_base_url(path: str, url: str) -> None:
    assert resolve_url(call(path), {}) == url


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/neko", "http://127.0.0.1:8080/mirror/neko"),
        (HOME, "http://127.0.0.1:8080/mirror"),
        (f"{HOME}/neko/1.png?x=1", "http://127.0.0.1:8080/mirror/neko/1.png?x=1"),
        (f"{HOME}?x=1", "http://127.0.0.1:8080/mirror?x=1"),
        ("HTTPS://nekos.best:443/api/v2/neko", "http://127.0.0.1:8080/mirror/neko"),
        ("http://127.0.0.1:8080/mirror/neko", "http://127.0.0.1:8080/mirror/neko"),
    ],
)
def test_official_urls_are_moved_below_a_configured_base(path: str, url: str) -> None:
    assert resolve_url(call(path), MIRROR) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://nekos.best/api/v2@elsewhere.example/x",
        "https://nekos.best/api/v2.elsewhere.example/x",
        "https://nekos.best/api/v2:81/x",
        "https://nekos.best/api/v20/x",
        "https://nekos.best/about",
        "https://nekos.best/api/v2/../../x",
    ],
)
@pytest.mark.parametrize("base", [BARE, MIRROR])
def test_what_only_looks_like_the_official_base_is_not_moved(
    url: str, base: dict[str, str]
) -> None:
    try:
        assert origin(resolve_url(call(url), base)) == origin(base["nekos"])
    except BadArguments as error:
        assert "no request was sent" in error.message  # noqa: PT017  either is safe


FILES = "https://files.nekos.example"
WITH_FILES = BACKEND._replace(hosts=("files.nekos.example",))


@pytest.mark.parametrize("base", [{}, BARE, MIRROR])
def test_a_file_on_another_host_of_the_service_is_where_it_is(base: dict[str, str]) -> None:
    asked = call(f"{FILES}/original/a%20b.png?x=1#here")._replace(backend=WITH_FILES)
    assert resolve_url(asked, base) == f"{FILES}/original/a%20b.png?x=1"
    assert not is_api_origin(resolve_url(asked, base), WITH_FILES, base)
    at_home = call("/neko")._replace(backend=WITH_FILES)
    assert is_api_origin(resolve_url(at_home, base), WITH_FILES, base)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.nekos.example/1.png",
        "https://files.nekos.example:8443/1.png",
        "https://me@files.nekos.example/1.png",
        "https://files.nekos.example.elsewhere.example/1.png",
        "https://more.files.nekos.example/1.png",
    ],
)
def test_what_only_looks_like_a_host_of_files_is_refused(url: str) -> None:
    with pytest.raises(BadArguments, match="no request was sent"):
        resolve_url(call(url)._replace(backend=WITH_FILES), {})


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/api/v2/neko",
        "https://nekos.best.elsewhere.example/api/v2/neko",
        "https://elsewhere.example/https://nekos.best/api/v2",
        "https://nekos.best@elsewhere.example/api/v2",
        "https://me:hunter2@nekos.best/api/v2/neko",
        "http://nekos.best/api/v2/neko",
        "https://nekos.best:8443/api/v2/neko",
        "https://nekos.best./api/v2/neko",
        "https://nekоs.best/api/v2/neko",
        "https://nekos.best\\@elsewhere.example/",
        "https://nekos.best\\.elsewhere.example/",
        "https://elsewhere.example\\@nekos.best/",
        "https://ne\tkos.best/api/v2/neko",
        "https://nekos.best\n/api/v2/neko",
        "https:/\t/nekos.best/x://",
        " https://nekos.best/api/v2/neko",
        "\x01https://nekos.best/api/v2/neko",
        "file:///etc/hostname",
        "://me:hunter2@elsewhere.example/",
        "ftp://nekos.best/api/v2",
        "https://[::1/x",
        "https://nekos.best:99999/x",
        "https://nekos.best:port/x",
        "https://nekos.best℀.example/x",
    ],
)
def test_urls_of_anybody_else_are_refused(url: str) -> None:
    for base in ({}, MIRROR):
        with pytest.raises(BadArguments) as caught:
            resolve_url(call(url), base)
        assert caught.value.backend == "nekos"
        assert "hunter2" not in str(caught.value.to_payload())
        assert caught.value.message.isprintable()


@pytest.mark.parametrize("path", ["/\udcff", f"{HOME}/\udcff", "/x?\ud800"])
def test_what_is_no_text_is_refused(path: str) -> None:
    with pytest.raises(BadArguments, match="text"):
        resolve_url(call(path), {})


def test_a_parameter_that_is_no_text_is_refused() -> None:
    for pair in (("query", "\udcff"), ("\udcff", "x")):
        with pytest.raises(BadArguments, match="text"):
            resolve_url(call("/search", pair), {})


PARAMS = [("query", "フリーレン & friends=100%+"), ("a[]", ""), ("query", "#?")]


def test_parameters_come_encoded_and_in_their_order() -> None:
    url = resolve_url(call("/search", *PARAMS), {})
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True) == PARAMS
    assert url.isascii()
    assert resolve_url(call("/search?x=1", ("y", "2")), {}) == f"{HOME}/search?x=1&y=2"


ODD = st.sampled_from(
    [
        "https://",
        "nekos.best",
        "/api/v2",
        "//",
        "\\",
        "@",
        ":",
        "://",
        "?",
        "#",
        ".",
        "..",
        "\t",
        "evil.example",
        " ",
        "\n",
        "%2F",
        "%40",
        "[::1]",
        "HTTPS://",
        "http:",
        ":443",
        "猫",
        "/",
    ]
)


@given(st.lists(ODD, max_size=7).map("".join) | st.text(max_size=20), st.sampled_from([{}, BARE]))
@example("https://nekos.best/api/v2@evil.example", BARE)
@example(" https://nekos.best/api/v2", {})
def test_no_text_leads_to_another_origin(text: str, base: dict[str, str]) -> None:
    for path in (text, f"{HOME}{text}"):
        try:
            url = resolve_url(call(path, ("q", text)), base)
        except BadArguments:
            continue
        parts = urlsplit(url)
        assert origin(url) == origin(base_url(BACKEND, base))
        assert url.isascii()
        assert url.isprintable()
        assert "\\" not in url
        assert "@" not in parts.netloc


def test_the_base_url_has_no_slash_at_its_end() -> None:
    assert base_url(BACKEND, {"nekos": "http://mirror.example/"}) == "http://mirror.example"
    assert base_url(BACKEND, {"other": "http://mirror.example/"}) == HOME


def answer(location: str, status: int = 302, url: str = f"{HOME}/neko") -> Response:
    return Response(status, (("location", location),), b"", url)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/there", "https://nekos.best/there"),
        ("there?x=1", f"{HOME}/there?x=1"),
        ("//nekos.best/there", "https://nekos.best/there"),
        ("https://nekos.best/there", "https://nekos.best/there"),
        ("https://nekos.best:8443/there", "https://nekos.best:8443/there"),
        ("https://cdn.example/there", "https://cdn.example/there"),
    ],
)
def test_redirects_within_the_service(location: str, url: str) -> None:
    asked = call("/neko")
    asked = asked._replace(backend=BACKEND._replace(hosts=("cdn.example",)))
    for status in (301, 302, 303, 307, 308):
        assert redirect_target(asked, answer(location, status)) == url


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "http://nekos.best/",
        "http://nekos.best:443/",
        "https://me:hunter2@nekos.best/",
        "https://nekos.best@elsewhere.example/",
        "https://nekos.best\\.elsewhere.example/",
        "https://nekos.best.elsewhere.example/",
        "https://sub.nekos.best/",
        "https://nekos.best:99999/",
        "https://[::1/",
        "https://[::1]/",
        "//[",
        "http:///x",
        "ftp://nekos.best/",
        "javascript:alert(1)",
        "file:///etc/hostname",
        "https://127.0.0.1/",
        "https://ev\x1bil.example/",
    ],
)
def test_redirects_to_anybody_else_are_refused(location: str) -> None:
    with pytest.raises(UpstreamError, match="not one of its own hosts") as caught:
        redirect_target(call("/neko"), answer(location))
    assert (caught.value.backend, caught.value.status) == ("nekos", 302)
    assert "hunter2" not in caught.value.message
    assert caught.value.message.isprintable()


def test_a_sample_server_redirects_to_itself_and_to_no_other_port() -> None:
    here = "http://127.0.0.1:8080/api/neko"
    assert redirect_target(call("/neko"), answer("/x", url=here)) == "http://127.0.0.1:8080/x"
    with pytest.raises(UpstreamError, match="127"):
        redirect_target(call("/neko"), answer("http://127.0.0.1:9090/x", url=here))


def test_what_is_no_redirect() -> None:
    assert redirect_target(call("/neko"), answer("https://elsewhere.example/", 200)) is None
    assert redirect_target(call("/neko"), answer("https://elsewhere.example/", 304)) is None
    assert redirect_target(call("/neko"), answer("")) is None
    assert redirect_target(call("/neko"), Response(302, (), b"", HOME)) is None


@given(st.lists(ODD, max_size=7).map("".join) | st.text(max_size=20))
def test_any_location_is_followed_to_the_service_or_refused(location: str) -> None:
    try:
        url = redirect_target(call("/neko"), answer(location))
    except UpstreamError as error:
        assert error.message.isprintable()  # noqa: PT017  either is safe
    else:
        assert url is None or urlsplit(url).hostname == "nekos.best"


def test_only_loopback_goes_without_budgets() -> None:
    require_loopback("http://127.0.0.1:8080/x")
    with pytest.raises(BadArguments, match=r"https://nekos\.best"):
        require_loopback(HOME)


AGENT = "tester/1.0"
ADDED = (("Authorization", "Bearer hunter2"), ("X-Own", "1"))


def test_headers_say_who_asks_for_what() -> None:
    assert dict(request_headers(call("/neko"), HOME, HOME, None, AGENT)) == {
        "user-agent": "tester/1.0",
        "accept": "application/json",
        "accept-encoding": "gzip",
    }
    raw = dict(request_headers(call("/neko", is_raw=True, gzip=False), HOME, HOME, None, AGENT))
    assert (raw["accept"], raw["accept-encoding"]) == ("*/*", "identity")
    sinking = call("/neko", open_writer=to_file(""))
    assert dict(request_headers(sinking, HOME, HOME, None, AGENT))["accept"] == "*/*"


def test_headers_of_the_backend_and_of_the_caller_are_added() -> None:
    asked = call("/neko", headers=(*ADDED, ("Accept", "text/plain")))
    asked = asked._replace(backend=BACKEND._replace(headers=(("x-service", "yes"),)))
    headers = dict(request_headers(asked, HOME, HOME, None, AGENT))
    assert headers["authorization"] == "Bearer hunter2"
    assert (headers["x-own"], headers["x-service"], headers["accept"]) == ("1", "yes", "text/plain")


@pytest.mark.parametrize(
    "url", ["https://cdn.example/x", "https://nekos.best:8443/x", "http://nekos.best/x"]
)
def test_what_a_caller_added_does_not_follow_to_another_origin(url: str) -> None:
    headers = dict(request_headers(call("/neko", headers=ADDED), url, HOME, None, AGENT))
    assert "authorization" not in headers
    assert "x-own" not in headers
    assert "authorization" in dict(
        request_headers(call("/x", headers=ADDED), f"{HOME}/y", HOME, None, AGENT)
    )


def test_a_query_may_hold_a_url() -> None:
    for path in ("/search?query=https://x.example", "search?query=https://x.example"):
        assert resolve_url(call(path), {}) == f"{HOME}/search?query=https://x.example"


def test_a_cached_answer_is_named_by_service_and_url() -> None:
    keys = {cache_key(call("/x"), resolve_url(call("/x"), base)) for base in ({}, BARE, MIRROR)}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"{HOME}/search?query=a+b&type=1", f"{HOME}/search?query=a+b&type=1"),
        (f"{HOME}/neko", f"{HOME}/neko"),
        ("https://x.example/?API_KEY=abc", "https://x.example/?API_KEY=***"),
        ("https://x.example/?api%5Fkey=abc&q=%26", "https://x.example/?api_key=***&q=%26"),
        ("https://x.example/?token=abc&a%0Ab=", "https://x.example/?token=***&a%0Ab="),
        ("https://x.example/?access_token=abc", "https://x.example/?access_token=***"),
        ("https://x.example/?client_secret=abc", "https://x.example/?client_secret=***"),
        ("https://x.example/?auth=abc&q=x", "https://x.example/?auth=***&q=x"),
        ("https://x.example/a%20key?q=%5B", "https://x.example/a%20key?q=%5B"),
        ("https://me:abc@x.example:8080/y?q=1", "https://x.example:8080/y?q=1"),
    ],
)
def test_urls_are_told_without_secrets(url: str, told: str) -> None:
    assert redact_url(url) == told
