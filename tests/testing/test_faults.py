from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.testing.faults import FORMS, Fault, Faults, Reply, make_reply, parse_fault

PIECES = ["/neko", "*", ":", ";", "503", "html", "garbage", "delay=", "drip=", "cut", "x2", "1.5"]


def reply_of(spec: str) -> Reply:
    reply = parse_fault(spec).reply
    assert reply is not None
    return reply


def test_a_status_has_a_small_json_body() -> None:
    assert parse_fault("/neko:503x2").times == 2
    reply = reply_of("/neko:503x2")
    assert (reply.status, reply.body) == (503, b'{"code":503,"message":"Service Unavailable"}')


def test_a_status_may_have_a_page() -> None:
    reply = reply_of("/neko:500html")
    assert reply.status == 500
    assert dict(reply.headers)[b"content-type"] == b"text/html; charset=utf-8"
    assert b"<h1>500 Internal Server Error</h1>" in reply.body


def test_an_unnamed_status_is_accepted() -> None:
    assert reply_of("/neko:522").status == 522


def test_options_stand_beside_a_status() -> None:
    fault = parse_fault("/search:429;retry-after=0.25; delay=2 ;drip=0.05;cutx3")
    assert (fault.times, fault.delay, fault.drip, fault.cut) == (3, 2.0, 0.05, True)
    assert dict(reply_of("/search:429;retry-after=0.25").headers)[b"retry-after"] == b"0.25"


def test_retry_after_may_be_a_date() -> None:
    headers = reply_of("*:503;retry-after=Fri, 08 May 2026 09:08:03 GMT").headers
    assert (b"retry-after", b"Fri, 08 May 2026 09:08:03 GMT") in headers


@pytest.mark.parametrize("status", ["204", "304"])
def test_a_status_without_a_body_has_none(status: str) -> None:
    assert reply_of(f"/neko:{status}") == Reply(int(status), (), b"")


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("", "it has not this form"),
        ("/neko", "it has not this form"),
        ("neko:503", "it has not this form"),
        ("/neko:", "it has not this form"),
        ("/neko:503x0", "'503x0' is not known"),
        ("/neko:199", "'199' is not known"),
        ("/neko:600", "'600' is not known"),
        ("/neko:explode", "'explode' is not known"),
        ("/neko:delay", "'delay' is not known"),
        ("/neko:delay=soon", "'soon' is not a number of seconds"),
        ("/neko:delay=-1", "'-1' is not a number of seconds"),
        ("/neko:drip=inf", "'inf' is not a number of seconds"),
        ("/neko:drip=nan", "'nan' is not a number of seconds"),
        ("/neko:retry-after=3", "'retry-after' stands after a status"),
        ("/neko:429;retry-after=", "'retry-after' needs a value"),
        ("/neko:429;retry-after=é", "'retry-after' needs a value"),
        ("/neko:503;html", "'html' would be a second answer"),
    ],
)
def test_a_bad_spec_is_told_the_accepted_forms(spec: str, reason: str) -> None:
    with pytest.raises(ValueError, match="fault") as raised:
        parse_fault(spec)
    assert reason in str(raised.value)
    assert FORMS in str(raised.value)


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_whatever_is_written_it_is_a_fault_or_a_value_error(spec: str) -> None:
    try:
        fault = parse_fault(spec)
    except ValueError:
        return
    assert spec.startswith(f"{fault.path}:")
    assert fault.reply or fault.cut or "=" in spec


def test_faults_are_used_up_in_order() -> None:
    faults = Faults(["/neko:503x2", "*:429"])
    taken = [fault and fault.reply for fault in (faults.take("/neko") for _ in range(3))]
    assert taken == [reply_of("*:503"), reply_of("*:503"), reply_of("*:429")]
    assert faults.take("/hug") == parse_fault("*:429")


def test_a_fault_stays_on_its_path() -> None:
    faults = Faults(["/neko:cut", "/hug/*:cut"])
    assert faults.take("/hug") is None
    assert faults.take("/nekos") is None
    assert faults.take("/hug/1.gif") == Fault("/hug/*", cut=True)


def test_cleared_faults_are_gone() -> None:
    faults = Faults(["*:cut"])
    faults.answer("*", make_reply(200, {}, b""), times=None)
    faults.clear()
    assert faults.take("/neko") is None


def test_an_answer_goes_before_every_fault() -> None:
    faults = Faults(["/neko:503"])
    said = make_reply(200, {}, b"[]")
    faults.answer("/neko", said, times=1)
    assert [fault.reply for fault in (faults.take("/neko"),) if fault] == [said]
    assert faults.take("/neko") == parse_fault("/neko:503")


def test_a_reply_keeps_the_headers_it_is_given() -> None:
    reply = make_reply(200, {"Content-Type": "text/plain", "Content-Length": b"9"}, b"{}")
    assert reply.headers == ((b"content-type", b"text/plain"), (b"content-length", b"9"))
