"""A private Asterisk: started so that it outlives its starter, and stopped."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from router import errors
from router.standalone.asterisk_folder import HOME
from router.standalone.asterisk_ready import answers_sip, check_ports, fully_booted
from router.standalone.programs import Prefix
from router.standalone.site import Site

# Cheap to ask, and every wait also ends at once when Asterisk dies.
ASK_EVERY = 0.05
READY_WITHIN = 30.0
GONE_WITHIN = 10.0

# A call has about ten open files, and the usual limit is 1024.
LAUNCH = """
ulimit -S -n "$(ulimit -H -n)"
"$@" > log/console.log 2>&1 &
echo $! > run/started.pid
"""

CONFIGURATION = f"{HOME}/etc/asterisk.conf"


def start(folder: Path, site: Site, *, prefix: Prefix) -> int:
    """Asterisk's process id, once it would answer a call."""
    check_ports(site)
    home = folder / "asterisk"
    log = home / "log/console.log"
    (home / "log/messages.log").unlink(missing_ok=True)
    pid = _launch(home, prefix)
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        raise errors.AsteriskDied(detail=_telling_line(home), log=log) from None
    try:
        deadline = time.monotonic() + READY_WITHIN
        for ready in (fully_booted, answers_sip):
            _wait_until(ready, site, pidfd=pidfd, deadline=deadline)
    except _Died:
        raise errors.AsteriskDied(detail=_telling_line(home), log=log) from None
    except _Late:
        stop(folder)
        raise errors.AsteriskLate(
            seconds=int(READY_WITHIN), detail=_telling_line(home), log=log
        ) from None
    finally:
        os.close(pidfd)
    return pid


def stop(folder: Path) -> None:
    """End the Asterisk of this folder; nothing happens if there is none."""
    pid = running(folder)
    if pid is None:
        return
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            signal.pidfd_send_signal(pidfd, number)
            if select.select([pidfd], [], [], GONE_WITHIN)[0]:
                break
    except ProcessLookupError:
        pass
    finally:
        os.close(pidfd)


def running(folder: Path) -> int | None:
    """The process id of this folder's Asterisk, or None when it does not run."""
    home = folder / "asterisk"
    try:
        pid = int((home / "run/started.pid").read_text())
        # The number may belong to somebody else by now.
        ours = Path(f"/proc/{pid}/cwd").samefile(home)
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if ours and CONFIGURATION.encode() in command.split(b"\0") else None


def _launch(home: Path, prefix: Prefix) -> int:
    """By way of a shell that ends at once: Asterisk is nobody's child, and outlives its starter."""
    program = prefix.command("asterisk", "-C", CONFIGURATION, "-f")
    subprocess.run(
        ["/bin/sh", "-c", LAUNCH, "sh", *program],
        cwd=home,
        env=prefix.environment(),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        umask=0o077,
        check=True,
    )
    return int((home / "run/started.pid").read_text())


class _Died(Exception):
    """Asterisk has ended."""


class _Late(Exception):
    """The time is over."""


def _wait_until(ready: Callable[[Site], bool], site: Site, *, pidfd: int, deadline: float) -> None:
    while not ready(site):
        if select.select([pidfd], [], [], ASK_EVERY)[0]:
            raise _Died
        if time.monotonic() > deadline:
            raise _Late


def _telling_line(home: Path) -> str:
    """What Asterisk itself said last of what went wrong."""
    for name in ("log/messages.log", "log/console.log"):
        try:
            lines = (home / name).read_text(errors="replace").splitlines()
        except FileNotFoundError:
            continue
        said = [line.strip() for line in lines if line.strip()]
        wrong = [line for line in said if "ERROR" in line and "EXITING" not in line] or said
        if wrong:
            return re.sub(r"^\[[^]]*\] |\x1b\[[0-9;]*m", "", wrong[-1])
    return "it said nothing"
