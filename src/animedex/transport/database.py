"""A small SQLite file that belongs to one user and is shared by all of that user's processes.

Nothing here waits for a transaction: a file that somebody else is writing to is `Busy`, and the
caller decides how long that may go on. A file that is no database any more is set aside and made
new; only one process at a time does that, or opens a file.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TypeAlias

    Prepare: TypeAlias = Callable[[sqlite3.Connection], None]

T = TypeVar("T")

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# A plain error that says so means that the tables are not those of our statements.
_OTHER_TABLES = (
    "no such table",
    "no such column",
    "has no column",
    " columns but ",
    " view",
    "there is already",
    "unsupported file format",
)
_WAL = "PRAGMA journal_mode = WAL"
# A crash of the machine may lose the last moments, never the file.
_QUICK = "PRAGMA synchronous = NORMAL"
_SAFE = "PRAGMA synchronous = FULL"
# By process, as a forked one would inherit a lock that nobody there gives back.
_opening: dict[int, threading.Lock] = {}


_MEANINGS = {
    sqlite3.SQLITE_ERROR: "its tables are not the expected ones",
    sqlite3.SQLITE_BUSY: "another program is using it",
    sqlite3.SQLITE_LOCKED: "another program is using it",
    sqlite3.SQLITE_READONLY: "it cannot be written to",
    sqlite3.SQLITE_IOERR: "reading or writing it failed",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_NOTADB: "it is not a database",
    sqlite3.SQLITE_PERM: "it may not be accessed",
    sqlite3.SQLITE_AUTH: "it may not be accessed",
}


class Busy(Exception):
    """Say that another process is writing; to ask again shortly will do.

    `pause` is what to wait for before that, in seconds.
    """

    pause = 0.01


class Unusable(Exception):
    """Say that the file cannot be opened, read or written here.

    `code` is SQLite's own for it, 0 where it has none.
    """

    def __init__(self, why: str, code: int = 0) -> None:
        super().__init__(why)
        self.code = code


class Broken(Exception):
    """Say that what the file holds makes no sense; it is then set aside."""


class Database:
    """Open a file when it is first needed, and run transactions on it from any thread.

    What prepares the tables is a script, or a function that is given each new connection before
    anything else is done with it. A `precious` file loses nothing that was committed, whatever
    happens to the machine, and is not set aside because its tables are others than expected.
    A file that `is_own` denies is never set aside, and `inspect` may refuse one before anything is
    written to it.

    `real_path` is where the open file is, `was_broken` whether it was found to make no sense.
    """

    def __init__(  # noqa: PLR0913  a file, its tables, and what makes it one's own
        self,
        path: str,
        schema: str | Prepare,
        warn: Callable[[str], None],
        *,
        precious: bool = False,
        is_own: Callable[[str], bool] | None = None,
        inspect: Prepare | None = None,
    ) -> None:
        self.path = self.real_path = path
        self.was_broken = False
        self._is_own = is_own
        self._inspect = inspect
        self._schema = schema
        self._warn = warn
        self._precious = precious
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def run(self, work: Callable[[sqlite3.Connection], T], *, write: bool = True) -> T:
        """Run `work` in one transaction; raise `Busy` or `Unusable` with nothing done."""
        begin = "BEGIN IMMEDIATE" if write else "BEGIN"
        said = ""
        try:
            with self._lock:
                try:
                    return self._transact(work, begin)
                except Broken as error:
                    said = self._set_aside(str(error))
                try:
                    return self._transact(work, begin)
                except Broken as error:
                    raise Unusable(str(error)) from None
        finally:
            # Whoever listens may call back, so that no lock is held by now.
            if said:
                self._warn(said)

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        with self._lock:
            self._drop()

    def _transact(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        try:
            connection = self._current() or self._open()
            try:
                connection.execute(begin)
                found = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
        except sqlite3.Error as error:
            trouble = _sorted_out(error, precious=self._precious)
            if isinstance(trouble, Unusable):
                # A connection that could only read goes on to do so.
                self._drop()
            raise trouble from None
        except OSError as error:
            raise Unusable(error.strerror or str(error)) from None
        return found

    def _current(self) -> sqlite3.Connection | None:
        """Give the open connection, unless the file at the path is another by now."""
        if self._connection is not None and _inode(self.path) != self._inode:
            self._drop()
        if self._connection is not None and self._connection.in_transaction:
            # Ctrl-C came in the way of the last one's end.
            _roll_back(self._connection)
        return self._connection

    def _open(self) -> sqlite3.Connection:
        folder = os.path.dirname(self.path)
        make_private_folder(folder)
        # SQLite finds its side files by name, which must not be those of another file by then.
        with _alone(folder):
            self.real_path = os.path.realpath(self.path)
            if self._precious and not os.path.exists(self.path):
                self._create_whole()
            _make_private_file(self.path)
            self._inode = _inode(self.path)
            self._check_size()
            self._connection = self._connect(self.path)
        return self._connection

    def _create_whole(self) -> None:
        """Create a file with its tables, under its name only when it has them.

        So an empty one is not what a process leaves that is killed, but one that lost its content.
        """
        new = f"{self.real_path}.new-{os.getpid()}"
        try:
            _make_private_file(new)
            self._connect(new).close()
            try:
                os.link(new, self.real_path)
            except FileExistsError:
                return
            except OSError:
                # Not every file system has such links.
                os.rename(new, self.real_path)
        finally:
            for ending in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(new + ending)

    def _check_size(self) -> None:
        """Raise `Unusable` for a precious file that is empty, `Broken` for one of a single byte.

        SQLite would take either for a new one, and write over it.
        """
        size = os.path.getsize(self.path)
        if self._precious and size <= 1:
            message = "it has lost its content, " + ("all but a byte" if size else "and is empty")
            raise Unusable(message, sqlite3.SQLITE_NOTADB)
        if size == 1:
            message = "it is no database"
            raise Broken(message)

    def _connect(self, path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if self._inspect is not None:
            self._inspect(connection)
        if callable(self._schema):
            self._schema(connection)
        connection.execute(_WAL)
        connection.execute(_SAFE if self._precious else _QUICK)
        if isinstance(self._schema, str):
            connection.executescript(self._schema)

    def _set_aside(self, why: str) -> str:
        """Rename the file, unless another process has done so, and say that; else nothing."""
        self._drop()
        self.was_broken = True
        if self._is_own is not None and not self._is_own(self.real_path):
            message = f"{why}, and it is left as it is"
            raise Unusable(message)
        aside = f"{self.path}.corrupt-{time.time_ns()}"
        with _alone(os.path.dirname(self.path)):
            if _inode(self.path) != self._inode or not _renamed(self.path, aside):
                return ""
        return f"{self.path} was corrupt: kept as {aside}, and begun anew"

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _inode(path: str) -> int:
    """Tell which file is at a path; 0 where there is none."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _renamed(path: str, aside: str) -> bool:
    """Rename a database with its side files; tell whether that worked."""
    try:
        for ending in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(path + ending, aside + ending)
        os.rename(path, aside)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _alone(folder: str) -> Generator[None, None, None]:
    """Keep all others from opening or renaming files; raise `Busy` where a process is at it."""
    with _opening.setdefault(os.getpid(), threading.Lock()), contextlib.ExitStack() as held:
        _lock(folder or ".", held)
        yield


def _lock(folder: str, held: contextlib.ExitStack) -> None:
    """Lock a folder for as long as `held` lasts, or raise `Busy`."""
    try:
        import fcntl

        lock = os.open(folder, os.O_RDONLY)
        held.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Closing alone would leave the lock to a child that was forked meanwhile.
        held.callback(fcntl.flock, lock, fcntl.LOCK_UN)
    except BlockingIOError:
        raise Busy from None
    except (ImportError, OSError):
        # Windows has no such locks, nor have some network file systems: do without.
        return


def _make_private_file(path: str) -> None:
    """Create a file that only its owner can read; SQLite gives its side files the same rights.

    A file that is there is not opened: closing any descriptor of a file drops all locks that this
    process holds on it.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # SQLite would wait for a pipe, and write beside a device.
        if os.path.exists(path) and not os.path.isfile(path):
            message = "it is not a regular file"
            raise Unusable(message) from None


def make_private_folder(path: str) -> None:
    """Create a folder that only its owner can enter, where it is not there yet."""
    os.makedirs(path or ".", mode=0o700, exist_ok=True)


def temporary_folder_path() -> str | None:
    """Return where this user's own folder among the temporary files is, or would be.

    What `tempfile` does to find out would make every start slower by 9 ms.
    """
    name = f"animedex-{os.getuid()}" if hasattr(os, "getuid") else "animedex"
    chosen = (os.environ.get(variable) for variable in ("TMPDIR", "TEMP", "TMP"))
    for root in (*chosen, "/tmp", "/var/tmp", "/usr/tmp"):  # noqa: S108  only this user's folder there is used
        if root and os.path.isdir(root) and os.access(root, os.W_OK | os.X_OK):
            return os.path.join(os.path.abspath(root), name)
    return None


def make_own_folder(path: str) -> bool:
    """Make a folder of this user's where others can write; return whether it is theirs alone."""
    try:
        make_private_folder(path)
        found = os.lstat(path)
    except OSError:
        return False
    owner = os.getuid() if hasattr(os, "getuid") else found.st_uid
    return found.st_uid == owner and stat.S_ISDIR(found.st_mode)


def _roll_back(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        connection.execute("ROLLBACK")


def _sorted_out(error: sqlite3.Error, *, precious: bool = False) -> Exception:
    """Say which of the three kinds of trouble an error is."""
    whole = getattr(error, "sqlite_errorcode", 0)
    code = whole & 0xFF
    if code in _BUSY:
        return Busy()
    plain = code == sqlite3.SQLITE_ERROR and any(mark in str(error) for mark in _OTHER_TABLES)
    # An index of words that is broken can be made anew from a file that is not.
    harmless = plain or whole == sqlite3.SQLITE_CORRUPT_VTAB
    if (code in _BROKEN or plain) and not (precious and harmless):
        return Broken(describe_error(whole))
    # Any other fault of a statement is ours, and no user can do anything about it.
    is_ours = code == sqlite3.SQLITE_ERROR and not plain
    return Unusable(str(error) if is_ours else describe_error(whole), whole)


def describe_error(code: int) -> str:
    """Return what one of SQLite's codes means for a file.

    >>> describe_error(sqlite3.SQLITE_IOERR_WRITE)
    'reading or writing it failed'
    """
    return _MEANINGS.get(code & 0xFF, "it cannot be read or written")
