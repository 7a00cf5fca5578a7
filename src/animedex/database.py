"""A small SQLite file that belongs to one user and is shared by all of that user's processes.

No transaction here waits for another: a file that another process writes to raises `StoreLocked`,
and the caller decides for how long to retry. A file that is no database any more is set aside and
created anew; only one process at a time does that, or opens a file.
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

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# SQLITE_ERROR with one of these texts means that the tables are not those of our statements.
_OTHER_TABLES = (
    "no such table",
    "no such column",
    "has no column",
    " columns but ",
    " view",
    "there is already",
    "unsupported file format",
)
_REASONS = {
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
# With NORMAL, a crash of the machine may lose the last moments, but never the file.
_WAL, _NORMAL, _FULL = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA synchronous = FULL",
)
_RETRY_SECONDS = 0.01
# By process: a forked one would inherit a lock that nobody there releases.
_open_locks: dict[int, threading.Lock] = {}


class StoreLocked(Exception):
    """Another process has the file locked; `pause` is how long to wait for it, in seconds."""

    pause = _RETRY_SECONDS


class FileReplaced(StoreLocked):
    """The file was corrupt, and nothing is done: a new one takes its place at the next try."""

    pause = 0.0


class UnusableFile(Exception):
    """The file cannot be opened, read or written here; `code` is SQLite's own, 0 if it has none."""

    def __init__(self, why: str, code: int = 0) -> None:
        super().__init__(why)
        self.code = code


class CorruptFile(Exception):
    """The content of the file is invalid; the file is then set aside."""


def retry_while_locked(work: Callable[[], T], seconds: float | None) -> T:
    """Run work, and repeat it while its file is locked; raise `StoreLocked` after so many seconds.

    A server that is away is another matter, and raised at once.

    >>> retry_while_locked(lambda: "done", seconds=1.0)
    'done'
    """
    deadline = float("inf") if seconds is None else time.monotonic() + seconds
    while True:
        try:
            return work()
        except StoreLocked as error:
            if type(error) is not StoreLocked or time.monotonic() + error.pause >= deadline:
                raise
        time.sleep(StoreLocked.pause)


class Database:
    """A file that opens when it is first needed, and runs transactions from any thread.

    `schema` is a script, or a function that prepares each new connection. A `durable` file loses
    nothing that was committed, whatever happens to the machine, and is not set aside because its
    tables are not the expected ones. A file that `is_own` denies is never set aside, and `inspect`
    may refuse one before anything is written to it.

    `real_path` is where the open file is, `was_corrupt` whether its content made no sense.
    """

    def __init__(  # noqa: PLR0913  a file, its tables, and what makes it one's own
        self,
        path: str,
        schema: str | Prepare,
        warn: Callable[[str], None],
        *,
        durable: bool = False,
        is_own: Callable[[str], bool] | None = None,
        inspect: Prepare | None = None,
    ) -> None:
        self.path = self.real_path = path
        self.was_corrupt = False
        self._is_own = is_own
        self._inspect = inspect
        self._schema = schema
        self._warn = warn
        self._durable = durable
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._is_replaced = False

    def run(self, work: Callable[[sqlite3.Connection], T], *, write: bool = True) -> T:
        """Run `work` in one transaction; on `StoreLocked` or `UnusableFile`, nothing is done."""
        while True:
            with contextlib.suppress(FileReplaced), self.transaction(write=write) as db:
                return work(db)

    @contextlib.contextmanager
    def transaction(self, *, write: bool = True) -> Generator[sqlite3.Connection, None, None]:
        """Begin a transaction, and commit it at the end of the block.

        Nothing is done where this raises: `StoreLocked`, `FileReplaced` or `UnusableFile`.
        """
        warning = ""
        with self._lock:
            try:
                connection = self._open()
                try:
                    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    _roll_back(connection)
                    raise
            except (sqlite3.Error, OSError, CorruptFile) as error:
                problem = _translate(error, durable=self._durable)
                if not isinstance(problem, CorruptFile):
                    if isinstance(problem, UnusableFile):
                        # A connection that could only read stays so.
                        self.close()
                    raise problem from None
                warning = self._quarantine(str(problem))
            else:
                self._is_replaced = False
                return
        # The listener may call back, so no lock is held here.
        if warning:
            self._warn(warning)
        raise FileReplaced

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _open(self) -> sqlite3.Connection:
        """Return the open connection, or a new one where the file at the path is another by now."""
        if self._connection is not None and _inode(self.path) != self._inode:
            self.close()
        if self._connection is not None:
            if self._connection.in_transaction:
                # Ctrl-C interrupted the end of the last transaction.
                _roll_back(self._connection)
            return self._connection
        folder = os.path.dirname(self.path) or "."
        os.makedirs(folder, mode=0o700, exist_ok=True)
        # SQLite finds its side files by name, which must not be those of another file by then.
        with _exclusive(folder):
            self.real_path = os.path.realpath(self.path)
            if self._durable and not os.path.exists(self.path):
                self._create_whole()
            _make_private_file(self.path)
            self._inode = _inode(self.path)
            # SQLite would take either for a new file, and write over it.
            size = os.path.getsize(self.path)
            if self._durable and size <= 1:
                lost = "it has lost its content, " + ("all but a byte" if size else "and is empty")
                raise UnusableFile(lost, sqlite3.SQLITE_NOTADB)
            if size == 1:
                raise CorruptFile(describe_error(sqlite3.SQLITE_NOTADB))
            self._connection = self._connect(self.path)
        return self._connection

    def _create_whole(self) -> None:
        """Create a file with its tables, under its name only when it has them.

        So an empty file is not left by a process that was killed; it has lost its content.
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
                # Not every file system has hard links.
                os.rename(new, self.real_path)
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(new + suffix)

    def _connect(self, path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            if self._inspect is not None:
                self._inspect(connection)
            if callable(self._schema):
                self._schema(connection)
            connection.execute(_WAL)
            connection.execute(_FULL if self._durable else _NORMAL)
            if isinstance(self._schema, str):
                connection.executescript(self._schema)
        except BaseException:
            connection.close()
            raise
        return connection

    def _quarantine(self, why: str) -> str:
        """Rename the file; return a warning, empty if another process has renamed it.

        Raises `UnusableFile` for a file that is not this program's, and for a new one that is
        corrupt at once.
        """
        self.close()
        if self._is_replaced:
            self._is_replaced = False
            raise UnusableFile(why)
        self.was_corrupt = True
        if self._is_own is not None and not self._is_own(self.real_path):
            message = f"{why}; it was not changed"
            raise UnusableFile(message)
        aside = f"{self.path}.corrupt-{time.time_ns()}"
        with _exclusive(os.path.dirname(self.path) or "."):
            self._is_replaced = True
            if _inode(self.path) != self._inode or not _rename_database(self.path, aside):
                return ""
        return f"{self.path} was corrupt: kept as {aside}, and begun anew"


def _inode(path: str) -> int:
    """Return the inode of the file at a path, 0 if there is none."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _rename_database(path: str, aside: str) -> bool:
    """Rename a database with its side files; return whether that worked."""
    try:
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(path + suffix, aside + suffix)
        os.rename(path, aside)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _exclusive(folder: str) -> Generator[None, None, None]:
    """Lock a folder against opening or renaming files; raise `StoreLocked` if it is locked."""
    lock = _open_locks.setdefault(os.getpid(), threading.Lock())
    with lock, contextlib.ExitStack() as stack:
        try:
            import fcntl

            handle = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Closing alone would leave the lock to a child that was forked meanwhile.
            stack.callback(fcntl.flock, handle, fcntl.LOCK_UN)
        except BlockingIOError:
            raise StoreLocked from None
        except (ImportError, OSError):
            # Windows has no such locks, nor have some network file systems: do without.
            pass
        yield


def _make_private_file(path: str) -> None:
    """Create a file that only its owner can read; SQLite creates its side files with that mode.

    A file that exists is not opened: closing any descriptor of a file releases all locks that this
    process has on it.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # SQLite would wait for a pipe, and write beside a device.
        if os.path.exists(path) and not os.path.isfile(path):
            message = "it is not a regular file"
            raise UnusableFile(message) from None


def temporary_folder_path() -> str | None:
    """Return the path of this user's own folder among the temporary files.

    `tempfile` would make every start slower by 9 ms.
    """
    name = f"animedex-{os.getuid()}" if hasattr(os, "getuid") else "animedex"
    chosen = (os.environ.get(variable) for variable in ("TMPDIR", "TEMP", "TMP"))
    for root in (*chosen, "/tmp", "/var/tmp", "/usr/tmp"):  # noqa: S108  only this user's folder there is used
        if root and os.path.isdir(root) and os.access(root, os.W_OK | os.X_OK):
            return os.path.join(os.path.abspath(root), name)
    return None


def make_own_folder(path: str) -> bool:
    """Create a folder in a place that others can write to; return whether this user owns it."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        status = os.lstat(path)
    except OSError:
        return False
    owner = os.getuid() if hasattr(os, "getuid") else status.st_uid
    return status.st_uid == owner and stat.S_ISDIR(status.st_mode)


def _roll_back(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        connection.execute("ROLLBACK")


def _translate(error: Exception, *, durable: bool) -> Exception:
    """Return the error of this module that an error of SQLite or of the system means."""
    if isinstance(error, CorruptFile):
        return error
    if isinstance(error, OSError):
        return UnusableFile(error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", 0)
    plain_code = code & 0xFF
    if plain_code in _LOCKED:
        return StoreLocked()
    is_plain = plain_code == sqlite3.SQLITE_ERROR
    has_other_tables = is_plain and any(mark in str(error) for mark in _OTHER_TABLES)
    # A damaged full-text index can be rebuilt from a file that is whole.
    is_harmless = has_other_tables or code == sqlite3.SQLITE_CORRUPT_VTAB
    if (plain_code in _CORRUPT or has_other_tables) and not (durable and is_harmless):
        return CorruptFile(describe_error(code))
    # Any other fault of a statement is ours, and its text is the only help.
    is_bug = is_plain and not has_other_tables
    return UnusableFile(str(error) if is_bug else describe_error(code), code)


def describe_error(code: int) -> str:
    """Return what one of SQLite's codes means for a file.

    >>> describe_error(sqlite3.SQLITE_IOERR_WRITE)
    'reading or writing it failed'
    """
    return _REASONS.get(code & 0xFF, "it cannot be read or written")
