"""A private Asterisk, with SIPp, baresip and espeak-ng, out of Debian packages and without root."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from router import errors
from router.standalone.apt import NO_ROOM, IsolatedApt, Package, no_room
from router.standalone.programs import LIBRARIES, MANIFEST, Prefix, Version, read_prefix
from router.standalone.progress import Progress, SilentProgress

DEFAULT_MIRROR = "http://deb.debian.org/debian"
OLDEST_ASTERISK = Version(22, 10, 1)
PACKAGES = (
    "asterisk",
    "asterisk-modules",
    "asterisk-core-sounds-es-wav",
    "sip-tester",
    "baresip-core",
    "espeak-ng",
)
# Raised when PACKAGES or the way of unpacking changes: older prefixes are then left alone.
RECIPE = 1
# Lists, packages and what is unpacked of them: 610 MB were measured.
FIRST_RUN_NEEDS = 700 * 2**20

LISTS = "Debian's package lists"
DOWNLOADS = "Asterisk, SIPp, baresip and espeak-ng"
UNPACKING = "unpacking"


def ensure(
    progress: Progress | None = None, *, cache: Path, mirror: str = DEFAULT_MIRROR
) -> Prefix:
    """The prefix in `cache`: at once if it is there, else fetched, verified and unpacked."""
    architecture = _architecture()
    folder = cache / "debian"
    found = _newest(folder, architecture)
    if found is not None:
        return found
    _check_tools()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _one_builder(folder):
            return _newest(folder, architecture) or _build(
                folder, architecture, mirror, progress or SilentProgress()
            )
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            raise no_room(folder, "more bytes") from failure
        raise


def _newest(folder: Path, architecture: str) -> Prefix | None:
    candidates = map(read_prefix, folder.glob(f"{architecture}-*-r{RECIPE}-*"))
    fit = [prefix for prefix in candidates if prefix is not None]
    return max(fit, key=lambda prefix: (prefix.version, prefix.path.name), default=None)


def _build(folder: Path, architecture: str, mirror: str, progress: Progress) -> Prefix:
    apt = IsolatedApt(folder=folder / "apt", mirror=mirror, architecture=architecture)
    check_room(folder)
    apt.prepare()
    apt.update(lambda fraction: progress.advance(LISTS, fraction))
    progress.advance(LISTS, 1.0)
    packages = apt.resolve(PACKAGES)
    version = chosen_asterisk(packages, mirror)
    apt.download(PACKAGES, lambda fraction: progress.advance(DOWNLOADS, fraction))
    progress.advance(DOWNLOADS, 1.0)

    # Whoever died while building has left this behind; the lock says that nobody builds now.
    building = folder / "building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    _unpack(apt, packages, building, progress)
    versions = {package.name: package.version for package in packages}
    manifest = {"architecture": architecture, "asterisk": str(version), "packages": versions}
    (building / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    whole = folder / _key(architecture, version, versions)
    os.rename(building, whole)
    shutil.rmtree(apt.folder)
    return Prefix(path=whole, architecture=architecture, version=version)


def _key(architecture: str, version: Version, versions: dict[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(versions, sort_keys=True).encode()).hexdigest()
    return f"{architecture}-{version}-r{RECIPE}-{digest[:12]}"


def chosen_asterisk(packages: tuple[Package, ...], mirror: str) -> Version:
    """The Asterisk among `packages`; raises AsteriskTooOld where it lacks what we rely on."""
    offered = [package.version for package in packages if package.name == "asterisk"]
    version = Version.parse(offered[0])
    if version < OLDEST_ASTERISK:
        raise errors.AsteriskTooOld(where=mirror, version=version, needed=OLDEST_ASTERISK)
    return version


def _unpack(
    apt: IsolatedApt, packages: tuple[Package, ...], into: Path, progress: Progress
) -> None:
    def unpack(package: Package) -> None:
        result = subprocess.run(
            ["dpkg-deb", "--extract", str(apt.archives / package.file), str(into)],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            complaint = result.stderr.strip()
            if any(words in complaint for words in NO_ROOM):
                raise no_room(into, "more bytes")
            raise errors.FetchFailed(
                what=package.name, where=apt.mirror, detail=complaint, log=apt.log
            )

    with ThreadPoolExecutor(os.cpu_count()) as unpackers:
        for done, _ in enumerate(unpackers.map(unpack, packages), start=1):
            progress.advance(UNPACKING, done / len(packages))


@contextmanager
def _one_builder(folder: Path) -> Iterator[None]:
    """Others who want the same wait here, and find it done."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_room(folder: Path, needed: int = FIRST_RUN_NEEDS) -> None:
    """Raises DiskFull, before anything is downloaded, if fewer than `needed` bytes are free."""
    if shutil.disk_usage(folder).free < needed:
        raise no_room(folder, f"{needed // 2**20} MB")


def _check_tools() -> None:
    for program in ("apt-get", "apt-config", "dpkg-deb"):
        if shutil.which(program) is None:
            raise errors.ProgramMissing(
                program=program,
                purpose="fetch a private Asterisk",
                remedy="Use Debian or Ubuntu, or point `hotline run` at an Asterisk of your own.",
            )


def _architecture() -> str:
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    found = names.get(platform.machine())
    if found is None or platform.system() != "Linux":
        raise errors.PlatformUnsupported(
            supported=" or ".join(LIBRARIES), found=f"{platform.system()} {platform.machine()}"
        )
    return found
