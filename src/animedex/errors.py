"""The error tree, with reasons for programs and exit codes for shells.

AnimedexError
├── BadArguments          bad-args         2   an invalid argument, setting or path
│   ├── ClientUnusable    bad-args         2   the client is closed, or the process was forked
│   ├── UnknownField      unknown-field    2   no row and no model has the field
│   └── JqInvalid         jq-failed        2   the jq program does not compile
├── JqFailed              jq-failed        1   the jq program failed while it ran
├── NotFound              not-found        3   the service does not have it
├── AuthRequired          auth-required    4   the service requires an account
├── Refused               refused          4   the service refuses access
├── RateLimited           rate-limited     5   the rate limit allows no request before the deadline
├── Unreachable           unreachable      6   the connection failed or broke
├── TimedOut              timeout          6   no complete response before the deadline
├── UpstreamDecode        upstream-decode  7   the response has the wrong format
├── UpstreamShape         upstream-shape   7   the response is not what the service documents
├── UpstreamError         upstream-error   1   any other error response of the service
├── NoSpace               no-space         1   the disk or the quota is full
└── Corrupt               corrupt          1   the data is damaged
    └── TooLarge          too-large        1   the picture takes too much time or memory to decode

The columns are the class, its `reason` and the exit code of the command line. `BadArguments` is
also a `ValueError`, `Unreachable` a `ConnectionError`, and `TimedOut` a `TimeoutError`.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar

# Not imported late: where a disk or a limit on files is full, Python may leave a cut bytecode
# file behind, and every later import of it fails.
from animedex.remedies import Remedy, Surface

if TYPE_CHECKING:
    from collections.abc import Iterable

# The longest text that is compared with names: it may come from anywhere.
_MAX_NAME = 200


class AnimedexError(Exception):
    """Report a failure with its reason, and the next step to try as `hint`, worded for Python.

    `remedy` has the same step for other surfaces. `backend` is the service concerned, `status` the
    HTTP status, and `request_id` the service's id of the request, for mails to its staff.
    """

    reason: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        backend: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy: Remedy | None = None
        self.hint = hint
        self.backend = backend
        self.status = status
        self.request_id = request_id

    @property
    def hint(self) -> str | None:
        """The next step to try."""
        return self.remedy

    @hint.setter
    def hint(self, hint: str | None) -> None:
        self.remedy = hint if hint is None or isinstance(hint, Remedy) else Remedy(hint)

    def hint_for(self, surface: Surface) -> str | None:
        """Return the next step to try, worded for one surface."""
        return self.remedy and self.remedy.word(surface)

    def __str__(self) -> str:
        """Return the message with the hint, as a traceback shows no attributes."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the keyword arguments too, which `Exception` alone forgets."""
        return (_rebuild, (type(self), self.message, dict(self.__dict__)))

    def to_payload(self, surface: Surface = "python") -> dict[str, str | int | None]:
        """Return the error as one flat JSON object, with `request_id` if there is one.

        `surface` is where the hint is read.

        >>> NotFound("no such category", backend="nekos", status=404).to_payload()["reason"]
        'not-found'
        """
        hint = self.hint_for(surface)
        payload = {
            "reason": self.reason,
            "message": to_encodable(self.message),
            "hint": to_encodable(hint) if hint else None,
            "backend": self.backend,
            "status": self.status,
        }
        return {**payload, "request_id": self.request_id} if self.request_id else payload


def to_encodable(words: str) -> str:
    r"""Return text that UTF-8 can encode; other bytes of a path are escaped as in a shell.

    >>> print(to_encodable("there is no file caf\udce9.png"))
    there is no file caf\xe9.png
    """
    try:
        words.encode()
    except UnicodeEncodeError:
        return "".join(map(_encodable_letter, words))
    return words


def _encodable_letter(letter: str) -> str:
    number = ord(letter)
    if 0xDC80 <= number <= 0xDCFF:  # noqa: PLR2004  where Python puts undecodable bytes
        return f"\\x{number - 0xDC00:02x}"
    return letter.encode(errors="backslashreplace").decode()


def _rebuild(kind: type[AnimedexError], message: str, state: dict[str, object]) -> AnimedexError:
    error = kind(message)
    error.__dict__.update(state)
    return error


class BadArguments(AnimedexError, ValueError):
    """An argument, a setting or a path is invalid."""

    reason = "bad-args"
    exit_code = 2


class ClientUnusable(BadArguments):
    """The client is closed, or the process was forked."""


class UnknownField(BadArguments):
    """No row and no model has the field."""

    reason = "unknown-field"


class JqInvalid(BadArguments):
    """The jq program does not compile."""

    reason = "jq-failed"


class JqFailed(AnimedexError):
    """The jq program failed while it ran."""

    reason = "jq-failed"


class NotFound(AnimedexError):
    """The service does not have what was requested."""

    reason = "not-found"
    exit_code = 3


class AuthRequired(AnimedexError):
    """The service requires an account."""

    reason = "auth-required"
    exit_code = 4


class Refused(AnimedexError):
    """The service refuses access."""

    reason = "refused"
    exit_code = 4


class RateLimited(AnimedexError):
    """No request is allowed before the deadline.

    `retry_after` is the time to wait before asking again, in seconds.
    """

    reason = "rate-limited"
    exit_code = 5
    retry_after: float | None = None


class Unreachable(AnimedexError, ConnectionError):
    """The connection failed or broke.

    `transient` tells whether trying again may help.
    """

    reason = "unreachable"
    exit_code = 6
    transient: bool = True


class TimedOut(AnimedexError, TimeoutError):
    """No complete answer arrived before the deadline."""

    reason = "timeout"
    exit_code = 6


class UpstreamDecode(AnimedexError):
    """The response has the wrong format."""

    reason = "upstream-decode"
    exit_code = 7


class UpstreamShape(AnimedexError):
    """The response is well-formed, but not what the service documents."""

    reason = "upstream-shape"
    exit_code = 7


class UpstreamError(AnimedexError):
    """Any other failure that the service reported."""

    reason = "upstream-error"


class NoSpace(AnimedexError):
    """The disk or the quota is full."""

    reason = "no-space"


def is_full(error: OSError) -> bool:
    """Return whether a full disk, a quota or a limit on file size is the cause.

    >>> is_full(OSError(errno.ENOSPC, "")), is_full(OSError(errno.EACCES, ""))
    (True, False)
    """
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Corrupt(AnimedexError):
    """The data is damaged."""

    reason = "corrupt"


class TooLarge(Corrupt):
    """A picture is not decoded because that takes too much time or memory.

    It is a `Corrupt` for callers that only want pictures they can use, but nothing says that the
    file is damaged. `width` and `height` are those of its header, in pixels, where they are known.
    """

    reason = "too-large"
    width: int | None = None
    height: int | None = None


def find_nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the name that is spelt most like another; None if none is alike enough.

    >>> find_nearest("nkeo", ["hug", "neko"]), find_nearest("xyz", ["hug", "neko"])
    ('neko', None)
    """
    from difflib import get_close_matches

    return next(iter(get_close_matches(name[:_MAX_NAME], list(names), n=1, cutoff=cutoff)), None)


def suggest_name(name: str, names: Iterable[str], otherwise: str, cutoff: float = 0.6) -> str:
    """Return a hint with the nearest name, or another hint if none is alike enough.

    >>> suggest_name("nkeo", ["hug", "neko"], "list them with `animedex nekos categories`")
    'did you mean neko?'
    """
    near = find_nearest(name, names, cutoff)
    if near is None:
        return otherwise
    return f"did you mean {near if near.isprintable() else repr(near)}?"
