"""A further Asterisk of a private stack, with a guard of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from router.standalone import asterisk, asterisk_folder
from router.standalone.guard_process import GuardProcess
from router.standalone.programs import Prefix
from router.standalone.site import Site

NODES = "nodes"
"""The folder, in the stack's own, of their folders."""


@dataclass(slots=True)
class FurtherNode:
    """One of them; `name` is its name in asterisk.conf, too."""

    name: str
    folder: Path
    site: Site
    guard: GuardProcess
    asterisk_pid: int = 0

    def start(self, prefix: Prefix) -> int:
        """Its process id, once it would answer a call."""
        self.asterisk_pid = asterisk.start(self.folder, self.site, prefix=prefix)
        return self.asterisk_pid

    def entry(self) -> dict[str, object]:
        """Of `stack.json`, with the keys that the first one has at its top."""
        site = self.site
        return {
            "name": self.name,
            "sip": {"host": site.sip_host, "port": site.sip_port},
            **site.ways_in(),
            "guard_pid": self.guard.pid,
            "asterisk_pid": self.asterisk_pid,
        }

    def setting(self) -> dict[str, object]:
        """Of the engine's setting `nodes`."""
        site = self.site
        return {
            "name": self.name,
            "sip": f"{site.sip_host}:{site.sip_port}",
            **site.ways_in(),
        }


def furnish(state_dir: Path, name: str, site: Site, *, prefix: Prefix) -> Path:
    """Its folder, with everything Asterisk needs; it shares the first one's sounds."""
    folder = state_dir / NODES / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sounds = folder / "sounds"
    if not sounds.is_symlink():
        sounds.symlink_to(Path("../../sounds"))
    asterisk_folder.render(folder, site, prefix=prefix, system_name=name)
    return folder


async def start_all(nodes: list[FurtherNode], prefix: Prefix) -> None:
    """Side by side; each to its end, so that what was started is found."""
    starts = [asyncio.to_thread(node.start, prefix) for node in nodes]
    for started in await asyncio.gather(*starts, return_exceptions=True):
        if isinstance(started, BaseException):
            raise started


def stop_all(state_dir: Path) -> None:
    """Every Asterisk below the stack's folder but the first."""
    for folder in sorted((state_dir / NODES).glob("*")):
        asterisk.stop(folder)
