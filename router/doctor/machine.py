"""This machine: its name, the disk, file modes, and who may reach Asterisk's ports."""

from __future__ import annotations

import ipaddress
import shutil
import socket
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from router.doctor.finding import Finding, critical, warning

NEEDED_MB = 500
"""A day's journal of a large hotline, and logs, several times over."""
LISTENING = "0A"
"""TCP_LISTEN in /proc/net/tcp."""
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def names(*hosts: str) -> Iterator[Finding]:
    """This machine's own name, and each host that the settings name, can be looked up."""
    for host in dict.fromkeys((socket.gethostname(), *hosts)):
        try:
            socket.getaddrinfo(host, None)
        except (OSError, UnicodeError) as failure:
            detail = failure.strerror if isinstance(failure, OSError) else "it is no name"
            yield critical(
                "names",
                host,
                f"The name cannot be looked up ({detail}).",
                "Correct it, or add it to /etc/hosts or to your DNS.",
            )


def disk(folder: Path, *, needed_mb: int = NEEDED_MB) -> Iterator[Finding]:
    """There is room for what the state folder will hold."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < needed_mb:
        yield critical(
            "disk",
            str(folder),
            f"{free} MB are free; {needed_mb} are needed.",
            "Make room, or move the folder to a larger disk with --state-dir.",
        )


def file_modes(folder: Path, settings_file: Path | None) -> Iterator[Finding]:
    """Nobody but the hotline's own user may read what holds passwords, and numbers' key."""
    secrets = [folder, *(folder / name for name in ("roster.json", "identity.key", "stack.json"))]
    if settings_file is not None:
        secrets.append(settings_file)
    for path in secrets:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            continue
        if mode & 0o077:
            wanted = 0o700 if path.is_dir() else 0o600
            yield critical(
                "file_modes",
                str(path),
                f"Others on this machine may enter or read it (mode {mode:04o}).",
                f"chmod {wanted:o} {path}",
            )


def listeners(
    ports: Mapping[str, int], tables: tuple[Path, ...] = TABLES
) -> Iterator[tuple[str, str, int]]:
    """Those of `ports` on which a program of this machine listens: its name, address, port."""
    for table in tables:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, state, *_ = line.split()
            address, port = local.split(":")
            for name, wanted in ports.items():
                if state == LISTENING and int(port, 16) == wanted:
                    yield name, _address(address), wanted


def open_ports(ports: Mapping[str, int], tables: tuple[Path, ...] = TABLES) -> Iterator[Finding]:
    """ARI and AMI listen on loopback or on an address of an internal network only."""
    for name, address, port in listeners(ports, tables):
        spot = ipaddress.ip_address(address)
        if spot.is_unspecified or not spot.is_private:
            file = "http.conf" if name == "ARI" else "manager.conf"
            yield critical(
                "open_ports",
                f"{address}:{port}",
                f"{name} listens where strangers may reach it; passwords travel in clear text.",
                f"Set bindaddr = 127.0.0.1 in {file} (CONTROL_HOST of site.env), and restart"
                " Asterisk.",
            )


def control_address(name: str, host: str) -> Iterator[Finding]:
    """The engine speaks to Asterisk over loopback or an internal network only."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return
    for address in sorted(found):
        if not ipaddress.ip_address(address.partition("%")[0]).is_private:
            yield warning(
                "control_address",
                host,
                f"{name} is spoken over a public network ({address}), in clear text.",
                "Let the engine run beside Asterisk, or join them by a tunnel.",
            )


def _address(written: str) -> str:
    """As the kernel writes it: words of four bytes, each in the machine's own order."""
    words = [bytes.fromhex(written[i : i + 8])[::-1] for i in range(0, len(written), 8)]
    return str(ipaddress.ip_address(b"".join(words)))
