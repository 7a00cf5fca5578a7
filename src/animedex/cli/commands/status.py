"""`animedex status`: every budget, the cache and the settings as they are in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex import backends
from animedex.cli.command import Command
from animedex.cli.command_context import Session, answering
from animedex.cli.commands.config import shown
from animedex.cli.lock_wait import patiently
from animedex.config.config_file import Config
from animedex.transport.hosts import origin
from animedex.transport.ledger import Ledger
from animedex.transport.limits import WindowState, tokens_left
from animedex.transport.urls import base_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.backends.backend import Limits
    from animedex.call import JsonObject


@click.command(
    "status",
    cls=Command,
    examples=("animedex status", "animedex status --json", "animedex status --jq .budgets"),
)
@answering
def command(session: Session) -> None:
    """Show every budget, the cache and the settings in force; nothing is asked of a service."""
    client = session.client
    desk = client.desk
    report, ledgers = patiently(
        lambda: (desk.cache.report(), desk.state.ledgers()), client.manner.timeout
    )
    session.output.facts(
        {
            "user_agent": client.manner.user_agent,
            "budgets": budgets(session, ledgers),
            "budgets_path": desk.state.path,
            "cache": {"path": report.path, "answers": report.answers, "bytes": report.size},
            "settings": {name: shown(name, found.value) for name, found in Config().all().items()},
        }
    )


def budgets(session: Session, ledgers: Mapping[str, Ledger]) -> JsonObject:
    """Tell what is left of every service's budget, at the place where it is asked."""
    base_urls, now = session.client.manner.base_urls, session.client.desk.state.clock()
    told: JsonObject = {}
    for backend in map(backends.declared, backends.names()):
        where = origin(base_of(backend, base_urls))
        told[backend.name] = {
            "origin": where,
            **budget(ledgers.get(where, Ledger()), backend.limits, now),
        }
    return told


def budget(ledger: Ledger, limits: Limits, now: float) -> JsonObject:
    """Tell what is left of one origin's budget, and how long its spent paths stay spent."""
    windows: JsonObject = {}
    for path, rule in limits.windows.items():
        state = ledger.windows.get(path, WindowState())
        taken = sum(entry.free_at > now for entry in state.entries)
        windows[path] = {
            "calls": rule.calls,
            "seconds": rule.seconds,
            "left": max(0, rule.calls - taken),
        }
    return {
        "per_second": limits.bucket.rate,
        "burst": limits.bucket.burst,
        "left": tokens_left(ledger.bucket, limits.bucket, now),
        "windows": windows,
        "spent_seconds": {
            path: round(until - now, 1) for path, until in ledger.blocked.items() if until > now
        },
    }
