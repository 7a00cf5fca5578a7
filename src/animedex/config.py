"""What the user has configured: an argument beats the environment, that the file, that a default.

The file is `config.toml` in the configuration folder; `SETTINGS` is the list of what may stand in
it and, as `ANIMEDEX_<NAME>`, in the environment. Another base URL for a backend stands in the
file's table `[base_urls]` under the backend's name, or in `ANIMEDEX_<BACKEND>_URL`.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from animedex.errors import BadArguments
from animedex.folders import folder
from animedex.settings import SETTINGS, read_url

if TYPE_CHECKING:
    from animedex.settings import Value

Source = Literal["environment", "file", "default"]
FILE_NAME = "config.toml"
_URL_VARIABLE = re.compile(r"ANIMEDEX_([A-Z0-9]+)_URL")


class InForce(NamedTuple):
    """Hold a setting's value and where it came from."""

    value: Value
    source: Source


class Config:
    """Read settings as they are in force; raise `BadArguments` for one that cannot be read."""

    def __init__(self) -> None:
        self.path = os.path.join(folder("config"), FILE_NAME)
        self._file = load(self.path)

    def get(self, name: str) -> InForce:
        """Give one setting; its name is one of `SETTINGS` or `base_urls.<backend>`."""
        if name.startswith("base_urls."):
            return self._base_urls().get(name, InForce(None, "default"))
        setting = SETTINGS.get(name)
        if setting is None:
            raise unknown(name)
        text = os.environ.get(f"ANIMEDEX_{name.upper()}")
        if text:
            return InForce(_read(name, text), "environment")
        if name in self._file:
            return InForce(_read(name, str(self._file[name])), "file")
        return InForce(setting.default, "default")

    def all(self) -> dict[str, InForce]:
        """Give every setting by name, base URLs included."""
        return {**{name: self.get(name) for name in SETTINGS}, **self._base_urls()}

    def base_urls(self) -> dict[str, str]:
        """Give the configured base URLs by backend."""
        return {
            name.removeprefix("base_urls."): str(found.value)
            for name, found in self._base_urls().items()
        }

    def _base_urls(self) -> dict[str, InForce]:
        table = self._file.get("base_urls")
        urls = cast("dict[str, object]", table) if isinstance(table, dict) else {}
        found = {
            f"base_urls.{name}": InForce(read_url(str(url)), "file") for name, url in urls.items()
        }
        for variable, url in os.environ.items():
            match = _URL_VARIABLE.fullmatch(variable)
            if match and url:
                found[f"base_urls.{match[1].lower()}"] = InForce(
                    _read(variable, url), "environment"
                )
        return found


def load(path: str) -> dict[str, object]:
    """Read the file; an absent one is empty. Raises `BadArguments` where it is not TOML."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise BadArguments(message) from None
    # Only who has a file pays for the parser.
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is not TOML: {error}"
        raise BadArguments(message, hint="mend it, or move it away to begin anew") from None


def store(path: str, name: str, text: str) -> None:
    """Write one setting into the file, leaving comments and order as they are."""
    import tomlkit

    _read(name, text)
    load(path)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    try:
        with open(path, encoding="utf-8") as file:
            document = tomlkit.parse(file.read())
    except FileNotFoundError:
        document = tomlkit.document()
    table, _, key = name.rpartition(".")
    place = document.setdefault(table, tomlkit.table()) if table else document
    place[key] = text
    # A half-written configuration would be worse than the old one.
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(tomlkit.dumps(document))
    os.replace(f"{path}.new", path)


def unknown(name: str) -> BadArguments:
    """Make the error for a setting that does not exist, naming those that do."""
    known = ", ".join([*SETTINGS, "base_urls.<backend>"])
    return BadArguments(f"no such setting: {name}", hint=f"the settings are {known}")


def _read(name: str, text: str) -> Value:
    is_url = name.startswith("base_urls.") or _URL_VARIABLE.fullmatch(name)
    if not is_url and name not in SETTINGS:
        raise unknown(name)
    try:
        return read_url(text) if is_url else SETTINGS[name].read(text)
    except BadArguments as error:
        message = f"{name}: {error.message}"
        raise BadArguments(message, hint=error.hint) from None
