"""apt with a state of its own: Debian packages without root and without touching the host."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from router import errors

RELEASE = "forky"
PACKAGES = "Debian's packages"
ARCHIVE_KEYS = Path(__file__).with_name("debian-archive-keys.asc")

UNREACHABLE = (
    "Could not resolve",
    "Temporary failure resolving",
    "Could not connect",
    "Cannot initiate the connection",
    "Unable to connect",
    "Connection failed",
    "Connection timed out",
    "Network is unreachable",
)
UNTRUSTED = ("is not signed", "NO_PUBKEY", "BADSIG", "EXPKEYSIG", "GPG error", "OpenPGP signature")
NO_ROOM = ("No space left on device", "enough free space")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that apt has chosen: the file it will be, and its bytes."""

    name: str
    version: str
    file: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolatedApt:
    """An apt whose lists, cache and package data base all lie in one folder of ours."""

    folder: Path
    mirror: str
    architecture: str

    @property
    def archives(self) -> Path:
        return self.folder / "archives"

    @property
    def log(self) -> Path:
        return self.folder / "apt.log"

    def prepare(self) -> None:
        # apt warns of each folder of its settings that is not there.
        settings = ("etc/apt.conf.d", "etc/preferences.d", "etc/auth.conf.d", "etc/trusted.gpg.d")
        for name in ("lists/partial", "archives/partial", *settings):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        # Nothing counts as installed, so every library comes along.
        (self.folder / "status").write_text("")
        (self.folder / "sources.list").write_text(
            f"deb [signed-by={ARCHIVE_KEYS}] {self.mirror} {RELEASE} main\n"
        )
        (self.folder / "apt.conf").write_text(self._configuration())

    def update(self, on_progress: Callable[[float], None]) -> None:
        self._run(["update"], on_progress)

    def resolve(self, names: Iterable[str]) -> tuple[Package, ...]:
        """What must be fetched for `names`, with all they depend on."""
        before = self._run(["install", "--yes", "--quiet=2", "--print-uris", *names])
        return tuple(_package(line) for line in before.splitlines() if line.startswith("'"))

    def download(self, names: Iterable[str], on_progress: Callable[[float], None]) -> None:
        """Fetches into `archives`; what an earlier, broken run has fetched is kept."""
        self._run(["install", "--yes", "--download-only", *names], on_progress)

    def _configuration(self) -> str:
        own: dict[str, str] = {
            "Dir": str(self.folder),
            "Dir::State": str(self.folder),
            "Dir::State::lists": str(self.folder / "lists"),
            "Dir::State::status": str(self.folder / "status"),
            "Dir::Cache": str(self.folder),
            "Dir::Cache::archives": str(self.archives),
            "Dir::Etc": str(self.folder / "etc"),
            "Dir::Etc::sourcelist": str(self.folder / "sources.list"),
            "Dir::Etc::sourceparts": "-",
            "Dir::Bin::methods": "/usr/lib/apt/methods",
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "APT::Install-Recommends": "false",
            "APT::Update::Error-Mode": "any",
            # As root, apt would become a user who may not enter our folder.
            "APT::Sandbox::User": "",
            # Mirrors and snapshots carry Release files past their date; the signature still counts.
            "Acquire::Check-Valid-Until": "false",
            "Acquire::Check-Date": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "20",
            "Acquire::https::Timeout": "20",
        }
        lines = [f'{name} "{value}";' for name, value in own.items()]
        return "\n".join([*_proxies_of_host(), *lines, ""])

    def _run(self, arguments: list[str], on_progress: Callable[[float], None] | None = None) -> str:
        """Runs apt-get to its end and returns what it printed; a failure becomes one sentence."""
        reader, writer = os.pipe()
        command = [
            "env",
            f"APT_CONFIG={self.folder / 'apt.conf'}",
            "LC_ALL=C.UTF-8",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            f"--option=APT::Status-Fd={writer}",
            *arguments,
        ]
        with self.log.open("wb") as log:
            apt = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(writer,),
            )
            os.close(writer)
            with os.fdopen(reader) as status:
                for line in status:
                    _report(line, on_progress)
            code = apt.wait()
        output = self.log.read_text(errors="replace")
        if code != 0:
            raise self._failure(output)
        return output

    def _failure(self, output: str) -> errors.HotlineError:
        complaints = [line for line in output.splitlines() if line.startswith(("E:", "W:"))]

        def telling(signs: tuple[str, ...]) -> str | None:
            found = (line for line in complaints if any(sign in line for sign in signs))
            return next((line[2:].strip() for line in found), None)

        if detail := telling(UNTRUSTED):
            return errors.ArchiveUntrusted(where=self.mirror, detail=detail)
        if detail := telling(UNREACHABLE):
            return errors.NetworkMissing(what=PACKAGES, where=self.mirror, detail=detail)
        if telling(NO_ROOM):
            return no_room(self.folder, "more bytes")
        detail = complaints[-1][2:].strip() if complaints else "apt-get failed"
        return errors.FetchFailed(what=PACKAGES, where=self.mirror, detail=detail, log=self.log)


def no_room(folder: Path, needed: str) -> errors.DiskFull:
    free = shutil.disk_usage(folder).free // 2**20
    return errors.DiskFull(
        folder=folder, needed=needed, free=f"{free} MB", setting="XDG_CACHE_HOME"
    )


def _report(line: str, on_progress: Callable[[float], None] | None) -> None:
    """`dlstatus:3:12.5:Retrieving file 3 of 161` (apt's doc/progress-reporting.md)."""
    fields = line.split(":", 3)
    if on_progress is not None and len(fields) > 2 and fields[0] == "dlstatus":
        on_progress(float(fields[2]) / 100)


def _package(line: str) -> Package:
    """`'http://.../a_1.0-1_all.deb' a_1%3a1.0-1_all.deb 1234 SHA256:...`"""
    _, file, size, *_ = line.split()
    name, version, _ = file.removesuffix(".deb").split("_")
    return Package(name=name, version=version.replace("%3a", ":"), file=file, size=int(size))


def _proxies_of_host() -> list[str]:
    """The host's own way out (proxies, certificates), the only part of its settings we follow."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False)
    ways = ("Acquire::http::", "Acquire::https::")
    return [line for line in dump.stdout.splitlines() if line.startswith(ways)]
