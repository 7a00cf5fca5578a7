"""The arguments of a client, merged with the user's configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict, cast

from animedex import __version__
from animedex.backends import list_names as service_names
from animedex.config.config_file import Config, read_setting, unknown_setting_error
from animedex.config.paths import user_folder
from animedex.config.settings import REMOVED
from animedex.errors import BadArguments, suggest_name
from animedex.http_message import Secret
from animedex.ratelimit.store import FILE_NAME
from animedex.transport import response_cache as cache
from animedex.transport.pipeline import ClientConfig
from animedex.transport.proxies import Proxies, hide_password, read_proxies

if TYPE_CHECKING:
    from animedex.transport.events import Event

_RATE_FACTORS = {"normal": 1.0, "slow": 0.5}


class ClientOptions(TypedDict, total=False):
    """Name a client's arguments; what is left out is as configured, or the default.

    base_urls: another base URL by backend, such as `{"nekos": "http://127.0.0.1:8080/api/v2"}`.
    contact: an e-mail address or public URL, which the User-Agent then names.
    timeout: seconds for one call with all its waiting, 30 by default; None for no deadline.
    cache: False for none, or the folder in which answers are kept; `~` is the home folder.
    refresh: True to fetch anew what the cache holds.
    state: the file in which budgets and the record of shown pictures are kept, or the URL of a
        Redis server that keeps them, and answers, for many machines.
    proxy: a proxy's URL for everything but loopback, in place of the usual variables.
    rate: "slow" halves the pace.
    limits: False switches budgets off, which only loopback servers accept.
    on_event: called with each event, in the thread or task that it happens in.
    """

    base_urls: Mapping[str, str]
    contact: str
    timeout: float | None
    cache: bool | str | os.PathLike[str]
    refresh: bool
    state: str | os.PathLike[str]
    proxy: str
    rate: Literal["normal", "slow"]
    limits: bool
    on_event: Callable[[Event], None]


class Setup(NamedTuple):
    """The result of the options: how to carry out calls, and with which files.

    `state` is a file's path, or a server's URL; there is no `cache_path` where that server keeps
    answers too.
    """

    config: ClientConfig
    proxies: Proxies
    state: str
    cache_path: str


def set_up(options: ClientOptions) -> Setup:
    """Read the configuration and apply the options; raise `BadArguments` for an invalid value."""
    for name in REMOVED:
        if name in options:
            raise unknown_setting_error(name)
    config = Config()
    config.refuse_removed()
    contact = cast("str | None", _setting(options, config, "contact"))
    client_config = ClientConfig(
        # Program, version and a way to reach the user, as services want it:
        # https://docs.nekos.best/getting-started/api-endpoints.html
        user_agent=f"animedex/{__version__}" + (f" ({contact})" if contact else ""),
        base_urls=_base_urls(options, config),
        timeout=cast("float | None", _setting(options, config, "timeout")),
        is_cached=options.get("cache", config.get("cache").value == "on") is not False,
        refresh=options.get("refresh", False),
        rate_factor=_RATE_FACTORS[str(_setting(options, config, "rate"))],
        is_limited=options.get("limits", config.get("limits").value == "on"),
        is_timeout_set="timeout" in options or config.get("timeout").source != "default",
    )
    proxy = options.get("proxy") or config.get("proxy").value
    return Setup(
        client_config,
        read_proxies()
        if proxy is None
        else Proxies(every=hide_password(str(read_setting("proxy", str(proxy))))),
        *_places(options, config),
    )


def _setting(
    options: ClientOptions, config: Config, name: Literal["contact", "rate", "timeout"]
) -> object:
    """Return an argument, or else what is configured; None as a timeout is for no deadline."""
    if name not in options:
        return config.get(name).value
    value = options.get(name)
    return None if value is None and name == "timeout" else read_setting(name, str(value))


def _base_urls(options: ClientOptions, config: Config) -> dict[str, str]:
    """Return the base URLs by service, from the options or the configuration.

    Raises `BadArguments` for a service that does not exist: its requests would go to the real one
    of another name.
    """
    urls: object = options.get("base_urls", {})
    if not isinstance(urls, Mapping):
        message = f"base_urls maps services to URLs, and is not {urls!r:.80}"
        raise BadArguments(message)
    base_urls = {name: str(setting.value) for name, setting in config.base_urls().items()}
    for name, url in cast("Mapping[str, object]", urls).items():
        base_urls[name] = str(read_setting(f"base_urls.{name}", str(url)))
    services = service_names()
    for name in base_urls:
        if name not in services:
            hint = suggest_name(name, services, f"there are {', '.join(services)}")
            message = f"there is no service {name!r:.80} to have a base URL"
            raise BadArguments(message, hint=hint)
    return base_urls


def _places(options: ClientOptions, config: Config) -> tuple[str, str]:
    """Return where budgets are stored, and the file of cached responses."""
    try:
        argument = os.fspath(options.get("state") or "")
    except TypeError as error:
        # Not everybody uses a type checker.
        message = f"state: {error}"
        raise BadArguments(message) from None
    if argument:
        read_setting("state", argument)
    state = argument or cast("str | None", config.get("state").value) or ""
    is_server = "://" in state
    if is_server:
        state = Secret(state)
    elif state:
        # What is configured names the same file from everywhere, or the budget would be split.
        root = "" if argument else os.path.dirname(config.path)
        state = os.path.abspath(os.path.join(root, os.path.expanduser(state)))
    else:
        state = os.path.join(user_folder("data"), FILE_NAME)
    chosen = options.get("cache")
    if chosen is None or isinstance(chosen, bool):
        if is_server:
            return state, ""
        chosen = user_folder("cache")
    folder: str = os.fspath(chosen)
    return state, os.path.abspath(os.path.join(os.path.expanduser(folder), cache.FILE_NAME))
