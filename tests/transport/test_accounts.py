"""Calls that are made as a user: who is asked for, what is sent, and what never tells the key."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

from animedex.call import Call
from animedex.config.accounts import build_account
from animedex.errors import (
    AnimedexError,
    AuthRequired,
    BadArguments,
    NotFound,
    TimedOut,
    Unreachable,
    UpstreamError,
    UpstreamShape,
)
from animedex.http_message import Account, Request, Response
from animedex.transport.effects import Send
from animedex.transport.events import Event, format_event
from animedex.transport.pipeline import ClientConfig
from tests.transport.calls import answer
from tests.transport.store_calls import Block, CacheGet, CacheStore, FindAccount

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.call import CallContext, SourceTag, Steps
    from tests.transport.conftest import Stage

KEY = "k3y/of+mine=="
TOKEN = "bWU6azN5L29mK21pbmU9PQ=="
HEADERS = (("Authorization", f"Basic {TOKEN}"),)
ME = Account(HEADERS, (KEY, TOKEN), "me", "mark-1")
OTHER = Account((("Authorization", "Basic b3RoZXI="),), ("b3RoZXI=",), "other", "mark-2")
CONFIG = ClientConfig("tester/1.0 (me@example.org)", {})


def body_of(response: Response, source: SourceTag) -> bytes:
    return response.body


def whole_of(response: Response, source: SourceTag) -> Response:
    return response


@pytest.fixture
def pick(stage: Stage) -> Call[bytes]:
    return Call(stage.club, Request("GET", "/pick"), body_of)


def sent(stage: Stage) -> list[dict[str, str]]:
    return [dict(step.headers) for step in stage.all_of(Send)]


def error_text(stage: Stage) -> str:
    """Return all that was told, and all that a debugger would show of what was wished for."""
    return f"{[format_event(event) for event in stage.events]} {stage.events} {stage.steps}"


# Who is asked for


def test_a_service_without_users_is_asked_as_nobody(stage: Stage) -> None:
    stage.account = ME
    stage.play(Call(stage.shelf, Request("GET", "/pick"), body_of), [answer()])
    assert stage.all_of(FindAccount) == []
    assert "authorization" not in sent(stage)[0]


def test_the_user_is_looked_for_at_the_place_that_is_asked(stage: Stage, pick: Call[bytes]) -> None:
    stage.play(pick, [answer()])
    stage.play(pick, [answer()], ClientConfig("tester/1.0", {"club": "http://127.0.0.1:8080/api"}))
    asked = [(step.backend.name, step.origin) for step in stage.all_of(FindAccount)]
    assert asked == [("club", "https://shelf.example"), ("club", "http://127.0.0.1:8080")]
    assert all("authorization" not in headers for headers in sent(stage))


def test_a_host_of_files_is_asked_as_nobody(stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    file = pick._replace(request=Request("GET", "https://files.shelf.example/1.png"))
    stage.play(file, [answer()])
    assert stage.all_of(FindAccount) == []
    assert stage.sent == ["https://files.shelf.example/1.png"]
    assert TOKEN not in error_text(stage)


def test_a_client_looks_for_its_user_once(stage: Stage, pick: Call[bytes]) -> None:
    stage.runtime = stage.runtime_for(CONFIG)
    stage.account = ME
    for _ in range(3):
        stage.play(pick, [answer()])
    assert len(stage.all_of(FindAccount)) == 1
    assert [headers["authorization"] for headers in sent(stage)] == [f"Basic {TOKEN}"] * 3


def test_a_client_looks_for_nobody_once(stage: Stage, pick: Call[bytes]) -> None:
    stage.runtime = stage.runtime_for(CONFIG)
    for _ in range(2):
        stage.play(pick, [answer()])
    assert len(stage.all_of(FindAccount)) == 1


def test_looking_for_the_user_takes_from_the_calls_time(stage: Stage, pick: Call[bytes]) -> None:
    def dawdle(step: object) -> None:
        if isinstance(step, FindAccount):
            stage.clock.now += 3

    stage.meddle = dawdle
    stage.play(pick, [answer()], ClientConfig("tester/1.0", {}, timeout=10))
    assert [step.timeout for step in stage.all_of(FindAccount)] == [10]
    assert [step.timeout for step in stage.all_of(Send)] == [7]
    stage.play(pick, [answer()], ClientConfig("tester/1.0", {}, timeout=None))
    assert stage.all_of(FindAccount)[1].timeout is None
    with pytest.raises(TimedOut):
        stage.play(pick, [], ClientConfig("tester/1.0", {}, timeout=2))
    assert len(stage.sent) == 2


def test_an_account_that_cannot_be_had_ends_the_call(stage: Stage, pick: Call[bytes]) -> None:
    def refuse(step: object) -> None:
        if isinstance(step, FindAccount):
            message = "no key"
            raise AuthRequired(message)

    stage.meddle = refuse
    stage.runtime = stage.runtime_for(CONFIG)
    with pytest.raises(AuthRequired, match="no key") as raised:
        stage.play(pick)
    assert raised.value.backend == "club"
    stage.meddle = lambda step: None
    stage.account = ME
    assert stage.play(pick, [answer(b"1")]) == b"1"


# Calls that are of no use to nobody


def needs_user() -> AnimedexError:
    return BadArguments("three terms are for who is signed in", hint="leave one out")


def test_a_call_for_users_alone_is_refused_before_anything_is_sent(
    stage: Stage, pick: Call[bytes]
) -> None:
    with pytest.raises(BadArguments, match="three terms") as raised:
        stage.play(pick._replace(anonymous_error=needs_user, ttl=60))
    assert (raised.value.backend, raised.value.hint) == ("club", "leave one out")
    assert (stage.sent, stage.all_of(CacheGet), stage.all_of(Block)) == ([], [], [])
    stage.account = ME
    assert stage.play(pick._replace(anonymous_error=needs_user), [answer(b"1")]) == b"1"


def test_a_call_for_users_of_a_service_without_users_is_refused(stage: Stage) -> None:
    call = Call(stage.shelf, Request("GET", "/pick"), body_of, anonymous_error=needs_user)
    with pytest.raises(BadArguments, match="three terms"):
        stage.play(call)


# What is sent


def test_a_signed_call_carries_the_account_and_names_the_user(
    stage: Stage, pick: Call[bytes]
) -> None:
    stage.account = ME
    stage.play(pick, [answer()], CONFIG)
    (headers,) = sent(stage)
    assert headers["authorization"] == f"Basic {TOKEN}"
    assert headers["user-agent"] == "tester/1.0 (me@example.org) me"


def test_an_account_without_a_name_names_nobody(stage: Stage, pick: Call[bytes]) -> None:
    stage.account = Account((("X-Api-Key", KEY),), (KEY,), None, "mark")
    stage.play(pick, [answer()], CONFIG)
    (headers,) = sent(stage)
    assert (headers["x-api-key"], headers["user-agent"]) == (KEY, CONFIG.user_agent)
    assert repr(stage.account) == "<account of a user>"


def test_what_a_caller_added_goes_before_the_account(stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    request = pick.request._replace(headers=(("AUTHORIZATION", "Bearer own"), ("x-own", "1")))
    stage.play(pick._replace(request=request), [answer()])
    (headers,) = sent(stage)
    assert (headers["authorization"], headers["x-own"]) == ("Bearer own", "1")


def test_tries_after_the_first_carry_it_too(stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    script: list[Response | BaseException] = [
        answer(status=503),
        Unreachable("cut"),
        answer(status=429),
        answer(b"1"),
    ]
    assert stage.play(pick, script) == b"1"
    assert [headers["authorization"] for headers in sent(stage)] == [f"Basic {TOKEN}"] * 4


@pytest.mark.parametrize(
    ("location", "carried"),
    [
        ("/elsewhere", True),
        ("https://shelf.example/elsewhere", True),
        ("https://files.shelf.example/pick", False),
        ("https://shelf.example:8443/pick", False),
    ],
)
def test_a_redirect_carries_it_within_the_origin_alone(
    location: str, *, carried: bool, stage: Stage, pick: Call[bytes]
) -> None:
    stage.account = ME
    stage.play(pick, [answer(status=302, location=location), answer()], CONFIG)
    first, second = sent(stage)
    assert "authorization" in first
    assert ("authorization" in second) == carried
    assert second["user-agent"] == CONFIG.user_agent + (" me" if carried else "")


@pytest.mark.parametrize("way", ["http://shelf.example/pick", "https://me@shelf.example/pick"])
def test_a_redirect_out_of_tls_is_not_followed(way: str, stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    with pytest.raises(UpstreamError, match="not one of its own hosts"):
        stage.play(pick, [answer(status=302, location=way)])
    assert len(stage.sent) == 1


@pytest.mark.parametrize("base", ["http://shelf.example/api", "http://10.0.0.7/api"])
def test_no_key_goes_over_the_wire_for_all_to_read(
    base: str, stage: Stage, pick: Call[bytes]
) -> None:
    config = ClientConfig("tester/1.0", {"club": base})
    assert stage.play(pick, [answer(b"1")], config) == b"1"
    stage.account = ME
    with pytest.raises(BadArguments, match="keys are sent only over https") as raised:
        stage.play(pick._replace(ttl=60), [], config)
    assert "animedex auth status club" in (raised.value.hint or "")
    assert KEY not in str(raised.value)
    assert (len(stage.sent), stage.all_of(CacheGet)) == (1, [])


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080", "http://[::1]/api", "HTTPS://a.example"])
def test_a_key_goes_to_loopback_and_over_tls(base: str, stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    stage.play(pick, [answer()], ClientConfig("tester/1.0", {"club": base}))
    assert sent(stage)[0]["authorization"] == f"Basic {TOKEN}"


def test_a_whole_url_of_somebody_else_gets_nothing(stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    for url in ("https://evil.example/pick", "https://shelf.example.evil.example/api/pick"):
        with pytest.raises(BadArguments, match="no request was sent"):
            stage.play(pick._replace(request=Request("GET", url), is_raw=True))
    assert stage.steps == []


def test_each_of_several_calls_goes_to_its_service_as_that_ones_user(
    stage: Stage, pick: Call[bytes]
) -> None:
    def further(context: CallContext, body: bytes) -> Steps[bytes]:
        return context.execute(Call(stage.shelf, Request("GET", "/other"), body_of))

    stage.account = ME
    call = Call(stage.club, Request("GET", "/first"), body_of).then(further)
    stage.play(call, [answer(), answer()])
    assert ["authorization" in headers for headers in sent(stage)] == [True, False]


# What is kept


def test_answers_are_kept_for_each_user_apart(
    stage: Stage, pick: Call[bytes], tmp_path: Path
) -> None:
    changed = pick._replace(ttl=60)
    for account, body in ((None, b"public"), (ME, b"mine"), (OTHER, b"theirs")):
        stage.account = account
        assert stage.play(changed, [answer(body)]) == body
        assert stage.play(changed) == body
    assert len({step.key for step in stage.all_of(CacheStore)}) == 3
    stage.close()
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    whole = b"".join(path.read_bytes() for path in files)
    assert b"mine" in whole
    assert not any(secret.encode() in whole for secret in (KEY, TOKEN, "b3RoZXI="))


# What never tells a key


def test_nothing_that_is_told_or_shown_holds_a_key(stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    stage.play(pick._replace(ttl=60), [answer(status=503), answer()])
    assert len(stage.all_of(Event)) > 3
    shown = error_text(stage) + repr(ME) + repr(vars(stage))
    assert not any(secret in shown for secret in (KEY, TOKEN))
    assert "'***'" in shown


TOLD_BACK = [
    KEY,
    TOKEN,
    f"Basic {TOKEN}",
    f'{{"message": "the key {KEY} is unknown"}}',
    "x" * 150 + KEY,
    f"<title>{KEY}</title>",
]


@pytest.mark.parametrize("body", TOLD_BACK)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 500])
def test_a_failure_that_tells_the_key_back_is_told_without(
    body: str, status: int, stage: Stage, pick: Call[bytes]
) -> None:
    stage.account = ME
    with pytest.raises(AnimedexError) as raised:
        stage.play(pick, [answer(body.encode(), status)])
    error = raised.value
    shown = f"{error} {error!r} {error.args} {error.to_payload()} {error_text(stage)}"
    assert "k3y" not in shown
    assert TOKEN[:8] not in shown
    assert error.backend == "club"


def test_a_raw_failure_is_handed_over_without_the_key(stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    whole = Call(stage.club, Request("GET", "/pick"), whole_of, is_raw=True)
    failed = stage.play(whole, [answer(b"no \xff " + KEY.encode(), 401, x_echo=f"Basic {TOKEN}")])
    assert failed.body == b"no \xff ***"
    assert failed.header("x-echo") == "Basic ***"


def test_a_row_is_left_as_it_is(stage: Stage, pick: Call[bytes]) -> None:
    stage.account = ME
    assert stage.play(pick, [answer(KEY.encode(), x_echo=KEY)]) == KEY.encode()


def test_no_later_error_or_warning_tells_the_key(stage: Stage) -> None:
    def quoting(context: CallContext, body: bytes) -> Steps[bytes]:
        yield from ()
        context.warn("club", f"look: {body.decode()}")
        raise UpstreamShape(body.decode(), hint=f"not {body.decode()}")

    stage.account = ME
    call = Call(stage.club, Request("GET", "/pick"), body_of).then(quoting)
    with pytest.raises(UpstreamShape) as raised:
        stage.play(call, [answer(KEY.encode())])
    assert (raised.value.message, raised.value.hint) == ("***", "not ***")
    assert [event.message for event in stage.events if event.kind == "warning"] == ["look: ***"]


def test_no_error_that_another_one_follows_tells_the_key(stage: Stage) -> None:
    def quote(response: Response, source: SourceTag) -> bytes:
        raise UpstreamShape(response.body.decode())

    def give_up(context: CallContext, error: AnimedexError) -> Steps[bytes]:
        yield from ()
        message = f"after {error.message}"
        raise UpstreamError(message) from error

    stage.account = ME
    call = Call(stage.club, Request("GET", "/pick"), quote, recover=give_up)
    with pytest.raises(UpstreamError) as raised:
        stage.play(call, [answer(KEY.encode())])
    assert KEY not in "".join(traceback.format_exception(raised.value))
    assert (str(raised.value), str(raised.value.__cause__)) == ("after ***", "***")


def test_errors_of_nobody_are_left_as_they_are(stage: Stage, pick: Call[bytes]) -> None:
    with pytest.raises(NotFound, match="no \\*\\*\\* here"):
        stage.play(pick, [answer(b"no *** here", 404)])


def test_the_longest_way_of_writing_a_key_is_struck_first() -> None:
    account = Account((), ["abc", "abcdef"], None, "")
    assert account.redact("abcdef abc") == "*** ***"


def escape(text: str, form: str) -> str:
    return "".join(form.format(ord(character)) for character in text)


FORMS = [
    *("\\u{:04x}", "\\u{:04X}", "\\\\u{:04x}", "\\x{:02x}"),
    *("%{:02X}", "%25{:02x}", "&#{};", "&#x{:x};"),
]


@pytest.mark.parametrize("secret", [KEY, TOKEN])
@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_struck_whichever_way_it_is_escaped(
    secret: str, form: str, stage: Stage, pick: Call[bytes]
) -> None:
    stage.account = build_account(stage.club, {"login": "me", "api_key": KEY})
    begun = escape(secret[:2], form) + secret[2:]
    ended = secret[:-1] + escape(secret[-1], form)
    whole = Call(stage.club, Request("GET", "/pick"), whole_of, is_raw=True)
    for text in (escape(secret, form), begun, ended):
        failed = stage.play(whole, [answer(f'{{"message": "no {text}!"}}'.encode(), 401)])
        assert failed.body == b'{"message": "no ***!"}'


def test_only_the_key_is_struck() -> None:
    account = Account((), ["k3y"], None, "")
    text = r"k4y K3Y \u006b3z %6b%33%7a &#107;3 k&3y \k3"
    assert account.redact(text) == text


def test_base64_is_struck_with_and_without_its_padding(stage: Stage) -> None:
    account = build_account(stage.club, {"login": "me", "api_key": KEY})
    assert account.redact(f"{TOKEN} {TOKEN.rstrip('=')}") == "*** ***"


# What is odd about an answer


def test_an_answer_that_repeats_the_key_is_never_written_down(
    stage: Stage, pick: Call[bytes]
) -> None:
    stage.account = ME
    changed = pick._replace(ttl=60.0)
    assert stage.play(changed, [answer(f'{{"tag": "{KEY}"}}'.encode())]).startswith(b'{"tag"')
    assert stage.all_of(CacheStore) == []
    stage.play(changed, [answer(b'{"tag": "cat"}')])
    assert len(stage.all_of(CacheStore)) == 1
