"""`animedex status`: rate limits, the cache and the settings in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex import backends
from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_output
from animedex.cli.commands.config import redact_value
from animedex.clock import shared_clock
from animedex.config.config_file import Config
from animedex.database import retry_while_locked
from animedex.http_message import origin
from animedex.ratelimit.rate_limiter import LimiterState
from animedex.ratelimit.sliding_window import WindowState
from animedex.ratelimit.token_bucket import count_tokens
from animedex.transport.urls import base_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.http_message import JsonObject
    from animedex.ratelimit.limits import Limits


@click.command(
    "status",
    cls=Command,
    examples=("animedex status", "animedex status --json", "animedex status --jq .budgets"),
)
@with_output
def command(session: CommandSession) -> None:
    """Show rate limits, cache and settings, without sending a request."""
    client = session.client
    runtime = client.runtime
    report, states = retry_while_locked(
        lambda: (runtime.cache.report(), runtime.limiter.states()), client.config.timeout
    )
    session.output.facts(
        {
            "user_agent": client.config.user_agent,
            "budgets": budgets(session, states),
            "budgets_path": runtime.limiter.path,
            "cache": {"path": report.path, "answers": report.answers, "bytes": report.size},
            "settings": {
                name: redact_value(name, setting.value) for name, setting in Config().all().items()
            },
        }
    )


def budgets(session: CommandSession, states: Mapping[str, LimiterState]) -> JsonObject:
    """Return what is left of each service's budget, at its configured base URL."""
    base_urls, now = session.client.config.base_urls, shared_clock()
    payload: JsonObject = {}
    for backend in map(backends.find_backend, backends.list_names()):
        where = origin(base_url(backend, base_urls))
        payload[backend.name] = {
            "origin": where,
            **budget(states.get(where, LimiterState()), backend.limits, now),
        }
    return payload


def budget(limiter: LimiterState, limits: Limits, now: float) -> JsonObject:
    """Return what is left of one origin's budget, and the seconds until blocked paths are free."""
    windows: JsonObject = {}
    for path, rule in limits.windows.items():
        state = limiter.windows.get(path, WindowState())
        taken = sum(entry.free_at > now for entry in state.entries)
        windows[path] = {
            "calls": rule.calls,
            "seconds": rule.seconds,
            "left": max(0, rule.calls - taken),
        }
    return {
        "per_second": limits.bucket.rate,
        "burst": limits.bucket.burst,
        "left": count_tokens(limiter.bucket, limits.bucket, now),
        "windows": windows,
        "spent_seconds": {
            path: round(until - now, 1)
            for path, until in limiter.blocked_until.items()
            if until > now
        },
    }
