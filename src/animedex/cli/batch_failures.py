"""Failures of some of many items: print each, and exit with the code of the worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.cli.command_context import CommandSession
    from animedex.errors import AnimedexError


class BatchFailures:
    """Prints failures as they occur; a single failure becomes the command's own error.

    The worst is the first with the highest exit code.
    """

    def __init__(self, session: CommandSession) -> None:
        self._session = session
        self._worst: AnimedexError | None = None
        self._pending: AnimedexError | None = None
        self.count = 0

    def add(self, error: AnimedexError, *, is_repeated: bool = False) -> None:
        """Count a failure, and print it unless it is the first; a repeated one is only counted."""
        self.count += 1
        if is_repeated:
            self._print_pending()
            return
        if self._worst is None or error.exit_code > self._worst.exit_code:
            self._worst = error
        self._print_pending()
        self._pending = error
        if self.count > 1:
            self._print_pending()

    def fail(self, what: str) -> None:
        """Raise one error for all failures, if there are any; `what` names what failed."""
        worst = self._worst
        if worst is None:
            return
        if self.count == 1:
            self._pending = None
            raise worst
        message, hint = f"{self.count} {what}", None
        if self._session.shared.errors == "json":
            # Only one object is printed, so it has to say more.
            message, hint = f"{message}; the worst: {worst.message}", worst.hint
        raise type(worst)(message, hint=hint)

    def _print_pending(self) -> None:
        error, self._pending = self._pending, None
        if error is not None:
            self._session.note(f"animedex: {error}")
