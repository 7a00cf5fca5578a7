from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from animedex.transport.events import Event, EventSender, format_event

URL = "https://x.example/neko"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event("request", "nekos", "GET", URL), f"nekos: GET {URL}: sent"),
        (Event("request", "nekos", "GET", URL, left=0), f"nekos: GET {URL}: sent, 0 left"),
        (Event("response", "nekos", "GET", URL, 200, 0.5), f"nekos: GET {URL}: 200 in 500 ms"),
        (
            Event("response", "nekos", "GET", URL, 404, None, 3),
            f"nekos: GET {URL}: 404 in 0 ms, 3 left",
        ),
        (
            Event("response", "nekos", "GET", URL, 200, 0.0, cached=True),
            f"nekos: GET {URL}: 200 from the cache",
        ),
        (Event("wait", "nekos", seconds=1.26), "nekos: waiting 1.3 s for room in the budget"),
        (
            Event("retry", "nekos", "GET", URL, seconds=0.5),
            f"nekos: GET {URL}: trying again in 0.5 s",
        ),
        (Event("warning", "", message="the disk is full"), "the disk is full"),
    ],
)
def test_an_event_in_words(event: Event, line: str) -> None:
    assert format_event(event) == line


def test_a_listener_hears_events_and_warnings() -> None:
    heard: list[Event] = []
    teller = EventSender(heard.append)
    teller.send(Event("request", "nekos"))
    teller.warn("the disk is full")
    assert heard == [Event("request", "nekos"), Event("warning", "", message="the disk is full")]


@pytest.mark.parametrize("listening", [True, False])
def test_the_log_has_events_and_warnings(
    listening: bool,  # noqa: FBT001  a parameter of the test
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[Event] = []
    teller = EventSender(heard.append if listening else None)
    with caplog.at_level(logging.DEBUG, "animedex"):
        teller.send(Event("request", "nekos", "GET", URL))
        teller.warn("100% full")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", f"nekos: GET {URL}: sent"),
        ("WARNING", "100% full"),
    ]


def test_a_quiet_log_stays_empty(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "animedex"):
        EventSender(None).send(Event("request", "nekos", "GET", URL))
    assert caplog.records == []


PROGRAM = """
import sys
from animedex.transport.events import Event
from animedex.transport.events import EventSender

heard = []
EventSender(heard.append).send(Event("request", "nekos"))
EventSender(heard.append).warn("one")
EventSender(None).send(Event("request", "nekos"))
print(len(heard), "logging" in sys.modules)
EventSender(None).warn("nobody hears this otherwise")
print("logging" in sys.modules)
"""


def test_a_program_without_a_log_is_not_made_to_load_one() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False", "True"]
    assert "nobody hears this otherwise" in done.stderr


def test_a_program_without_logging_has_its_listener_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    monkeypatch.delitem(sys.modules, "logging")
    EventSender(events.append).warn("heard")
    assert [event.message for event in events] == ["heard"]
    assert "logging" not in sys.modules
