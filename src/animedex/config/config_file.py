"""What the user has configured: an argument beats the environment, that the file, that a default.

The file is `config.toml` in the configuration folder; `SETTINGS` is the list of what may stand in
it and, as `ANIMEDEX_<NAME>`, in the environment. Another base URL for a backend stands in the
file's table `[base_urls]` under the backend's name, or in `ANIMEDEX_<BACKEND>_URL`.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from animedex.config.paths import user_folder
from animedex.config.settings import REMOVED, SETTINGS, read_url
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from animedex.config.settings import Value

Source = Literal["environment", "file", "default"]
FILE_NAME = "config.toml"
_BASE_URL = re.compile(r"base_urls\.[a-z0-9_]+")
_URL_VARIABLE = re.compile(r"ANIMEDEX_([A-Z0-9]+)_URL")


class EffectiveSetting(NamedTuple):
    """A setting's value and its source."""

    value: Value
    source: Source


class Config:
    """Read settings as they are in force; raise `BadArguments` for one that cannot be read."""

    def __init__(self) -> None:
        self.path = os.path.join(user_folder("config"), FILE_NAME)
        self._file = _load(self.path)

    def get(self, name: str) -> EffectiveSetting:
        """Return one setting; its name is one of `SETTINGS` or `base_urls.<backend>`."""
        if name.startswith("base_urls."):
            backend = name.removeprefix("base_urls.")
            return self.base_urls().get(backend, EffectiveSetting(None, "default"))
        setting = SETTINGS.get(name)
        if setting is None:
            raise unknown_setting_error(name)
        text = os.environ.get(f"ANIMEDEX_{name.upper()}")
        if text:
            return EffectiveSetting(read_setting(name, text), "environment")
        if name in self._file:
            return EffectiveSetting(read_setting(name, _as_text(name, self._file[name])), "file")
        return EffectiveSetting(setting.default, "default")

    def refuse_removed(self) -> None:
        """Raise `BadArguments` if a setting is in use that no longer exists."""
        for name in REMOVED:
            variable = f"ANIMEDEX_{name.upper()}"
            if os.environ.get(variable):
                raise unknown_setting_error(name, f"unset {variable}")
            if name in self._file:
                raise unknown_setting_error(name, f"delete it from {self.path}")

    def all(self) -> dict[str, EffectiveSetting]:
        """Return every setting by name, base URLs included."""
        self.refuse_removed()
        base_urls = {f"base_urls.{backend}": url for backend, url in self.base_urls().items()}
        return {**{name: self.get(name) for name in SETTINGS}, **base_urls}

    def base_urls(self) -> dict[str, EffectiveSetting]:
        """Return the configured base URLs by backend."""
        table = self._file.get("base_urls", {})
        if not isinstance(table, dict):
            message = f"base_urls: a table is expected in {self.path}"
            raise BadArguments(message)
        settings: dict[str, EffectiveSetting] = {}
        for backend, url in cast("dict[str, object]", table).items():
            name = f"base_urls.{backend}"
            settings[backend] = EffectiveSetting(read_setting(name, _as_text(name, url)), "file")
        for variable, text in os.environ.items():
            match = _URL_VARIABLE.fullmatch(variable)
            if match and text:
                backend = match[1].lower()
                url = read_setting(f"base_urls.{backend}", text, variable)
                settings[backend] = EffectiveSetting(url, "environment")
        return settings


def _load(path: str) -> dict[str, object]:
    """Read the file; without one, the parser is not even loaded."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError:
        pass  # Reading it tells what is wrong.
    from animedex.config.toml_file import read_toml

    return read_toml(path)


def write_setting(path: str, name: str, text: str) -> None:
    """Write one setting into the file, leaving comments and order as they are."""
    from animedex.config import toml_file

    read_setting(name, text)
    table, _, key = name.rpartition(".")
    with toml_file.edit_toml(path) as document:
        place = toml_file.get_table(document, table, path) if table else document
        place[key] = text


def unknown_setting_error(name: str, remedy: str = "leave it out") -> BadArguments:
    """Return the error for a setting that does not exist, naming those that do."""
    if name in REMOVED:
        message = f"{name}: this setting no longer exists"
        return BadArguments(message, hint=f"{remedy}: {REMOVED[name]}")
    names = ", ".join([*SETTINGS, "base_urls.<backend>"])
    return BadArguments(f"no such setting: {name}", hint=f"the settings are {names}")


def read_setting(name: str, text: str, source: str = "") -> Value:
    """Read a setting's text; raise `BadArguments` that names its source, or the setting itself."""
    setting = SETTINGS.get(name)
    if setting is None and not _BASE_URL.fullmatch(name):
        raise unknown_setting_error(name)
    read = setting.read if setting else read_url
    try:
        return read(text)
    except BadArguments as error:
        message = f"{source or name}: {error.message}"
        raise BadArguments(message, hint=error.hint) from None


def _as_text(name: str, value: object) -> str:
    """Return the text of a value in the file, which may be a number there."""
    if isinstance(value, str | int | float):
        return str(value)
    message = f"{name}: a single value is expected in the file"
    raise BadArguments(message)
