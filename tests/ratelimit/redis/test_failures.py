"""A server that is killed, paused, full, loading, a replica, locked or no server at all."""

from __future__ import annotations

import contextlib
import threading
from math import inf
from typing import TYPE_CHECKING

import pytest

from animedex.errors import BadArguments
from animedex.ratelimit import redis_client
from animedex.ratelimit.circuit_breaker import CircuitBreaker
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import Decision, Proceed, Reservation, RetryLater
from animedex.ratelimit.redis_client import RedisClient
from animedex.ratelimit.redis_errors import explain_error
from animedex.ratelimit.redis_store import RedisStore
from animedex.ratelimit.store import StoreUnavailable
from tests.kit.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.kit.raw_server import StartRawServer
    from tests.kit.redis_server import Server

LIMITS = Limits(TokenBucket(rate=1000.0, burst=100), {"/search": SlidingWindow(2, 3600.0)})
NEKO = Reservation("a", "/neko")
SEARCH = Reservation("a", "/search", "/search")


class Patient(RedisStore):
    """Ask by a clock that is set by hand."""

    def __init__(self, url: str, warnings: list[str]) -> None:
        self.clock = Clock()
        self.warnings = warnings
        super().__init__(
            RedisClient(url, self.clock, warnings.append),
            self.clock,
            warnings.append,
        )

    def claim(self, claim: Reservation = NEKO, seconds: float = 20.0) -> Decision:
        """Claim room, knocking where the gate is closed."""
        self.clock.now += 60.0
        latest = self.clock.now + seconds
        return self.reserve("https://shelf.example", LIMITS, claim._replace(deadline=latest))

    def away(self, claim: Reservation = NEKO, seconds: float = 20.0) -> str:
        """Claim room in vain; give what is said."""
        with pytest.raises(StoreUnavailable) as caught:
            self.claim(claim, seconds)
        return str(caught.value).partition(", which ")[2]


@pytest.fixture
def patient(warnings: list[str]) -> Iterator[Callable[[str], Patient]]:
    made: list[Patient] = []

    def make(url: str) -> Patient:
        made.append(Patient(url, warnings))
        return made[-1]

    yield make
    for store in made:
        store.close()


def test_a_server_that_is_killed_is_waited_for_and_then_told_to_be_back(
    redis_server: Server, patient: Callable[[str], Patient], warnings: list[str]
) -> None:
    redis_server.begin()
    store = patient(redis_server.url)
    assert isinstance(store.claim(), Proceed)
    redis_server.kill()
    refused = "cannot be reached (Connection refused)"
    assert store.away() == store.away() == refused
    redis_server.start()
    store.claim()
    assert warnings == [
        f"budgets are kept at {redis_server.url}, which {refused}: calls wait for it",
        f"budgets are kept at {redis_server.url} again",
    ]


def test_a_server_that_was_started_anew_is_asked_at_once(
    redis_server: Server, patient: Callable[[str], Patient], warnings: list[str]
) -> None:
    store = patient(redis_server.url)
    store.claim()
    redis_server.kill()
    redis_server.start()
    store.claim()
    assert warnings == []


def test_a_server_that_lost_its_data_gives_nothing_before_all_windows_have_passed(
    redis_server: Server, patient: Callable[[str], Patient]
) -> None:
    redis_server.begin()
    store = patient(redis_server.url)
    assert isinstance(store.claim(SEARCH), Proceed)
    redis_server.kill()
    redis_server.start()
    verdict = store.claim(SEARCH._replace(ticket="b"), 7200.0)
    assert isinstance(verdict, RetryLater)
    assert 3590 < verdict.ready_at - store.clock.now <= 3600


def test_a_server_that_kept_its_data_knows_what_was_taken(
    start_server: Callable[..., Server], patient: Callable[[str], Patient]
) -> None:
    server = start_server("--appendonly", "yes", "--appendfsync", "always")
    server.begin()
    store = patient(server.url)
    assert isinstance(store.claim(SEARCH), Proceed)
    server.kill()
    server.start()
    assert isinstance(store.claim(SEARCH._replace(ticket="b")), Proceed)
    third = store.claim(SEARCH._replace(ticket="c"), 7200.0)
    assert isinstance(third, RetryLater)


def test_a_server_that_is_paused_costs_no_more_than_the_deadline(
    redis_server: Server, patient: Callable[[str], Patient], warnings: list[str]
) -> None:
    store = patient(redis_server.url)
    store.claim()
    redis_server.pause()
    assert store.away(seconds=0.1) == "does not answer"
    assert store.away(seconds=0.1) == "does not answer"
    redis_server.go_on()
    store.claim()
    assert len(warnings) == 2


def test_a_command_may_take_what_is_left_until_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timeouts: list[float] = []

    def exchange(packed: bytes, timeout: float, count: int) -> list[bytes]:
        timeouts.append(timeout)
        return [packed] * count

    client = RedisClient("redis://127.0.0.1:1", lambda: 1000.0, pytest.fail)
    monkeypatch.setattr(client, "_exchange", exchange)
    for deadline in (inf, 1000.5, 1000.0, 900.0):
        assert client.execute(b"PING", deadline) == b"PING"
    # There is always a moment to send it and to be answered by a server nearby.
    assert timeouts == [2.0, 0.5, 0.01, 0.01]


def test_nobody_waits_for_long_without_a_deadline(
    redis_server: Server, patient: Callable[[str], Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = patient(redis_server.url)
    monkeypatch.setattr(redis_client, "TIMEOUT", 0.1)
    redis_server.does("CLIENT", "PAUSE", "60000")
    assert store.away(seconds=3600.0) == "does not answer"


def test_all_others_are_turned_away_while_one_knocks(
    redis_server: Server, patient: Callable[[str], Patient]
) -> None:
    store = patient(redis_server.url)
    redis_server.pause()
    store.away(seconds=0.05)
    redis_server.go_on()
    # Nothing is asked, so that the server's return is not noticed.
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="does not answer") as caught:
            store.reserve("https://shelf.example", LIMITS, NEKO)
        assert 0 < caught.value.pause <= 0.05
    store.claim()


def test_what_could_not_be_told_is_told_before_the_next_claim(
    redis_server: Server, patient: Callable[[str], Patient]
) -> None:
    redis_server.begin()
    store = patient(redis_server.url)
    assert isinstance(store.claim(SEARCH), Proceed)
    second = SEARCH._replace(ticket="b")
    assert isinstance(store.claim(second), Proceed)
    redis_server.pause()
    soon = store.clock.now + 0.05
    store.finish("https://shelf.example", LIMITS, SEARCH._replace(deadline=soon))
    store.cancel("https://shelf.example", second, None)
    store.block("https://shelf.example", NEKO, 3600.0)
    redis_server.go_on()
    third = store.claim(SEARCH._replace(ticket="c"))
    assert isinstance(third, Proceed)
    (ledger,) = store.states().values()
    assert [entry.ticket for entry in ledger.windows["/search"].entries] == ["a", "c"]
    # The answer came a minute before it could be told.
    assert abs(ledger.windows["/search"].entries[0].free_at - store.clock.now - 3540) < 1
    assert abs(ledger.blocked_until["/neko"] - store.clock.now - 3540) < 1


def test_what_cannot_be_told_at_the_end_is_left(
    redis_server: Server, patient: Callable[[str], Patient]
) -> None:
    store = patient(redis_server.url)
    redis_server.kill()
    store.block("https://shelf.example", NEKO, 60.0)
    store.close()
    redis_server.start()
    store.clock.now += 60
    store.close()
    assert redis_server.does("DBSIZE") == 1


def test_a_server_without_memory_is_waited_for(
    redis_server: Server, patient: Callable[[str], Patient], warnings: list[str]
) -> None:
    redis_server.begin()
    store = patient(redis_server.url)
    redis_server.does("CONFIG", "SET", "maxmemory-policy", "noeviction")
    redis_server.does("CONFIG", "SET", "maxmemory", "1")
    assert store.away() == store.away() == "has no memory left"
    with pytest.raises(StoreUnavailable):
        store.add_seen("shelf", ("a",), store.clock.now + 20)
    redis_server.does("CONFIG", "SET", "maxmemory", "0")
    assert isinstance(store.claim(), Proceed)
    assert len(warnings) == 2


def test_a_replica_is_waited_for(
    redis_server: Server, start_server: Callable[..., Server], patient: Callable[[str], Patient]
) -> None:
    store = patient(redis_server.url)
    redis_server.does("REPLICAOF", "127.0.0.1", str(start_server().port))
    assert store.away() in {
        "is a replica that takes no changes",
        "has lost its master",
        "is still loading its data",
    }
    redis_server.does("REPLICAOF", "NO", "ONE")
    store.claim()


def test_a_server_that_cannot_write_its_data_down_is_waited_for(
    start_server: Callable[..., Server], patient: Callable[[str], Patient]
) -> None:
    server = start_server("--min-replicas-to-write", "1")
    assert patient(server.url).away() == "has too few replicas"


def test_a_full_house_is_waited_for(
    start_server: Callable[..., Server], patient: Callable[[str], Patient]
) -> None:
    server = start_server("--maxclients", "1")
    with server.asked() as client:
        client.ping()
        assert patient(server.url).away() in {"has too many clients", "closed the connection"}


ANSWERS = {
    b"-LOADING Redis is loading the dataset in memory\r\n": "is still loading its data",
    b"-MASTERDOWN Link with MASTER is down\r\n": "has lost its master",
    b"-READONLY You can't write against a read only replica.\r\n": "is a replica that takes no",
    b"-BUSY Redis is busy running a script.\r\n": "is busy with another script",
    b"-MISCONF Redis is configured to save RDB snapshots\r\n": "cannot write its data to disk",
    b"-CLUSTERDOWN The cluster is down\r\n": "is part of a cluster that is down",
    b"-TRYAGAIN Multiple keys request\r\n": "is moving its data",
    b"-ERR Error running script: @user_script: -OOM command not allowed\r\n": "has no memory left",
    b"": "closed the connection",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_may_pass_is_waited_for(
    answer: bytes, raw_server: StartRawServer, patient: Callable[[str], Patient]
) -> None:
    assert (
        patient(f"redis://127.0.0.1:{raw_server(answer).port}").away().startswith(ANSWERS[answer])
    )


ERRORS = {
    b"-NOAUTH Authentication required.\r\n": "refuses the user or the password",
    b"-NOPERM this user has no permissions to run the 'evalsha' command\r\n": "does not let this",
    b"-ERR The user executing the script can't run this command or subcommand\r\n": "does not let",
    b"-ERR The user executing the script can't access at least one of the keys\r\n": "does not let",
    b"-MOVED 3999 127.0.0.1:6381\r\n": "is one node of a cluster",
    b"-CROSSSLOT Keys in request don't hash to the same slot\r\n": "is one node of a cluster",
    b"-ERR unknown command 'EVALSHA'\r\n": "answers with an error",
    b"HTTP/1.1 400 Bad Request\r\n\r\n": "is no Redis server",
}


@pytest.mark.parametrize("answer", ERRORS)
def test_what_does_not_pass_is_told_at_once(
    answer: bytes,
    raw_server: StartRawServer,
    patient: Callable[[str], Patient],
    warnings: list[str],
) -> None:
    store = patient(f"redis://127.0.0.1:{raw_server(answer).port}")
    with pytest.raises(BadArguments) as caught:
        store.claim()
    assert f", which {ERRORS[answer]}" in caught.value.message
    assert caught.value.hint
    assert warnings == []


@pytest.mark.parametrize("who", ["", ":hunter2@", "me:hunter2@"])
def test_a_wrong_password_is_told_at_once_and_never_repeated(
    who: str, start_server: Callable[..., Server], patient: Callable[[str], Patient]
) -> None:
    server = start_server("--requirepass", "correct")
    store = patient(f"redis://{who}127.0.0.1:{server.port}")
    with pytest.raises(BadArguments, match="refuses the user or the password") as caught:
        store.claim()
    assert "hunter2" not in str(caught.value)
    store = patient(f"redis://:correct@127.0.0.1:{server.port}/1")
    assert isinstance(store.claim(), Proceed)


def test_who_signs_in_at_a_paused_server_waits_no_longer_than_wanted(
    start_server: Callable[..., Server], patient: Callable[[str], Patient]
) -> None:
    server = start_server("--requirepass", "correct")
    store = patient(f"redis://:correct@127.0.0.1:{server.port}")
    server.pause()
    assert store.away(seconds=0.05) == "does not answer"
    server.go_on()
    # Whoever is still signing in hangs up by itself.
    for thread in threading.enumerate():
        if thread.name == "animedex-connect":
            thread.join(timeout=120)
    assert isinstance(store.claim(), Proceed)


def test_a_closed_circuit_lets_everyone_pass(warnings: list[str]) -> None:
    breaker = CircuitBreaker("redis://cache.example", 1.0, Clock(), warnings.append)
    breaker.require()
    breaker.close()
    assert (breaker.is_open, warnings) == (False, [])


@pytest.mark.parametrize("error", [OSError(), RuntimeError("can't start new thread")])
def test_a_reason_that_nobody_tells_is_none(error: Exception) -> None:
    assert explain_error(error, "redis://cache.example") == "cannot be reached"


def test_a_user_who_may_not_keep_budgets_is_told_so(
    redis_server: Server, patient: Callable[[str], Patient]
) -> None:
    redis_server.does("ACL", "SETUSER", "me", "on", ">hunter2", "~*", "+@read", "+eval", "+evalsha")
    store = patient(f"redis://me:hunter2@127.0.0.1:{redis_server.port}")
    with pytest.raises(BadArguments, match="does not let this user keep budgets"):
        store.claim()


def test_a_database_that_there_is_not_is_told_at_once(
    redis_server: Server, patient: Callable[[str], Patient]
) -> None:
    with pytest.raises(BadArguments, match="has no such database"):
        patient(f"{redis_server.url}/99").claim()


def test_a_socket_in_a_file_will_do(
    start_server: Callable[..., Server], patient: Callable[[str], Patient], tmp_path: Path
) -> None:
    with contextlib.suppress(FileNotFoundError):
        (tmp_path / "s").unlink()
    start_server("--unixsocket", str(tmp_path / "s"))
    assert isinstance(patient(f"unix://{tmp_path}/s?db=3").claim(), Proceed)
    assert patient(f"unix://{tmp_path}/none").away() == (
        "cannot be reached (No such file or directory)"
    )


def test_a_name_that_does_not_resolve_is_waited_for(patient: Callable[[str], Patient]) -> None:
    assert patient("redis://nowhere.invalid").away().startswith("cannot be reached (")


def test_a_missing_library_is_told_with_what_to_install(
    patient: Callable[[str], Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "redis.retry", None)
    with pytest.raises(BadArguments) as caught:
        patient("redis://:hunter2@127.0.0.1:1").claim()
    assert caught.value.hint == "pip install 'animedex[redis]'"
    assert "hunter2" not in str(caught.value)
