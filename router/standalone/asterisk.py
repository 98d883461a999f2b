"""A private Asterisk: its folder written, started so that it outlives its starter, and stopped."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from router import errors
from router.standalone.music import write_music
from router.standalone.programs import Prefix
from router.standalone.site import Site

DIALPLANS = Path(__file__).parents[2] / "dialplans"
PLACEHOLDER = re.compile(r"@([A-Z_]+)@")

# Cheap to ask, and every wait also ends at once when Asterisk dies.
ASK_EVERY = 0.05
READY_WITHIN = 30.0
GONE_WITHIN = 10.0


def render(folder: Path, site: Site, *, prefix: Prefix, dialplans: Path = DIALPLANS) -> None:
    """Everything Asterisk needs below `folder`/asterisk, and the sounds in `folder`/sounds."""
    home = folder / "asterisk"
    data = home / "data"
    for each in ("etc", "run", "log", "spool", "lib", "db", "keys", "data"):
        (home / each).mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    _link_sounds(folder / "sounds", prefix)
    for name, target in (
        ("sounds", folder / "sounds"),
        ("documentation", prefix.asterisk_data / "documentation"),
        ("rest-api", prefix.asterisk_data / "rest-api"),
    ):
        _link(data / name, target)
    write_music(data / "moh/calm.wav")
    values = site.values(data)
    for source in sorted(dialplans.glob("*.conf")):
        text = fill(source, values)
        if source.name == "asterisk.conf":
            text = _directories(home, prefix) + text
        _write_private(home / "etc" / source.name, text)


def fill(source: Path, values: Mapping[str, str]) -> str:
    """The file with each @NAME@ replaced; the same as dialplans/install.sh does."""

    def value(found: re.Match[str]) -> str:
        try:
            return values[found[1]]
        except KeyError:
            raise errors.DialplanValueUnknown(file=source, name=found[1]) from None

    return PLACEHOLDER.sub(value, source.read_text())


def start(folder: Path, site: Site, *, prefix: Prefix) -> int:
    """Asterisk's process id, once it would answer a call."""
    _check_ports(site)
    home = folder / "asterisk"
    log = home / "log/console.log"
    with log.open("w") as output:
        # The control socket lies in run/, named relative to this folder: a full path could be
        # longer than the 108 bytes that a socket's name may have.
        process = subprocess.Popen(
            prefix.command("asterisk", "-C", str(home / "etc/asterisk.conf"), "-f"),
            cwd=home,
            env=prefix.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )
    (home / "run/started.pid").write_text(f"{process.pid}\n")
    pidfd = os.pidfd_open(process.pid)
    try:
        deadline = time.monotonic() + READY_WITHIN
        for ready in (_fully_booted, _answers_sip):
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
    return process.pid


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
    _bury(pid)


def running(folder: Path) -> int | None:
    """The process id of this folder's Asterisk, or None when it does not run."""
    try:
        pid = int((folder / "asterisk/run/started.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    # The number may belong to somebody else by now. A zombie has no command line.
    ours = os.fsencode(folder / "asterisk/etc/asterisk.conf")
    return pid if ours in command.split(b"\0") else None


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


def _fully_booted(site: Site) -> bool:
    """AMI says so itself, and only when every module is there."""
    try:
        with socket.create_connection((site.control_host, site.ami_port), timeout=1) as ami:
            ami.sendall(
                b"Action: Login\r\nUsername: hotline\r\n"
                + f"Secret: {site.ami_password}\r\n\r\n".encode()
            )
            said = b""
            while b"FullyBooted" not in said:
                more = ami.recv(4096)
                if not more:
                    return False
                said += more
            return True
    except OSError:
        return False


def _answers_sip(site: Site) -> bool:
    """Any answer to OPTIONS: the port is bound and requests are worked on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(1)
        phone.connect((site.sip_host, site.sip_port))
        host, port = phone.getsockname()
        question = (
            f"OPTIONS sip:{site.sip_host}:{site.sip_port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{os.urandom(8).hex()};rport\r\n"
            f"From: <sip:ready@{host}>;tag={os.urandom(4).hex()}\r\n"
            f"To: <sip:{site.sip_host}>\r\n"
            f"Call-ID: {os.urandom(8).hex()}\r\nCSeq: 1 OPTIONS\r\n"
            f"Contact: <sip:ready@{host}:{port}>\r\nMax-Forwards: 1\r\nContent-Length: 0\r\n\r\n"
        )
        try:
            phone.send(question.encode())
            return phone.recv(2048).startswith(b"SIP/2.0 ")
        except OSError:
            return False


def _check_ports(site: Site) -> None:
    """Before the start: Asterisk would go on without a port it cannot have."""
    for what, kind, host, port in (
        ("SIP", socket.SOCK_DGRAM, site.sip_host, site.sip_port),
        ("ARI", socket.SOCK_STREAM, site.control_host, site.http_port),
        ("AMI", socket.SOCK_STREAM, site.control_host, site.ami_port),
    ):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                # As Asterisk does: connections that just ended do not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as failure:
                raise errors.PortTaken(
                    what=what, where=f"{host}:{port}", detail=failure.strerror
                ) from failure


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


def _directories(home: Path, prefix: Prefix) -> str:
    places = {
        "astetcdir": home / "etc",
        "astmoddir": prefix.asterisk_modules,
        "astvarlibdir": home / "lib",
        "astdbdir": home / "db",
        "astkeydir": home / "keys",
        "astdatadir": home / "data",
        "astspooldir": home / "spool",
        "astrundir": "run",
        "astlogdir": home / "log",
    }
    lines = [f"{name} => {place}" for name, place in places.items()]
    return "\n".join(["[directories]", *lines, "", ""])


def _link_sounds(sounds: Path, prefix: Prefix) -> None:
    """Asterisk's own recordings beside the hotline's, in each language's folder."""
    for language, recordings in (
        ("es", prefix.spanish_sounds),
        ("en", prefix.asterisk_data / "sounds/en_US_f_Allison"),
    ):
        folder = sounds / language
        folder.mkdir(parents=True, exist_ok=True)
        for recording in recordings.iterdir():
            _link(folder / recording.name, recording)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    link.symlink_to(target)


def _write_private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)


def _bury(pid: int) -> None:
    """If it was our own child, or the dead would be seen as running."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass
