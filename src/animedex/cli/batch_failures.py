"""What goes wrong with some of many things: each is named once, and the worst one's code counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.cli.command_context import CommandSession
    from animedex.errors import AnimedexError


class BatchFailures:
    """Name failures as they come, but for a lone one: that is the command's own.

    The worst is the one with the highest exit code, and of these the first.
    """

    def __init__(self, session: CommandSession) -> None:
        self._session = session
        self._worst: AnimedexError | None = None
        self._untold: AnimedexError | None = None
        self.count = 0

    def add(self, error: AnimedexError, *, is_repeated: bool = False) -> None:
        """Count one, and name those that are not alone; one that is repeated is only counted."""
        self.count += 1
        if is_repeated:
            self._tell()
            return
        if self._worst is None or error.exit_code > self._worst.exit_code:
            self._worst = error
        self._tell()
        self._untold = error
        if self.count > 1:
            self._tell()

    def fail(self, what: str) -> None:
        """Raise what tells of all of them, if there are any; `what` is what they were."""
        worst = self._worst
        if worst is None:
            return
        if self.count == 1:
            self._untold = None
            raise worst
        message, hint = f"{self.count} {what}", None
        if self._session.shared.errors == "json":
            # One object is all that is printed, so that it has to say more.
            message, hint = f"{message}; the worst: {worst.message}", worst.hint
        raise type(worst)(message, hint=hint)

    def _tell(self) -> None:
        error, self._untold = self._untold, None
        if error is not None:
            self._session.note(f"animedex: {error}")
