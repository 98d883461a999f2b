"""The flow files as they change: a good version is handed on whole, a bad one leaves the last."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import structlog
import watchfiles

from router import errors
from router.adapters import flow_files
from router.core.policy import Policy

log = structlog.get_logger("hotline")

TROUBLE = "policy"
"""The alarm of files that cannot be put in force."""
WATCHED = ".yaml"
SETTLES_AFTER = 200
"""Milliseconds: an editor writes a file in several steps, and several files are saved together."""
LOOKS_EVERY = 2.0
"""Seconds between two looks at the folder itself: not every file system tells of what is saved in
it, and none of a folder that another one took the place of."""

Trouble = Callable[[str, str | None], object]
"""An alarm's name, and its text or None when its cause is gone."""


class PolicyFolder:
    """One folder of flow files and the version of it that is in force.

    `last_good` is where that version is kept: an engine that starts while the files are bad goes by
    it.
    """

    def __init__(
        self,
        folder: Path,
        hours_forced: Mapping[str, bool] | None,
        on_trouble: Trouble,
        *,
        last_good: Path,
    ) -> None:
        """Raises FlowFilesInvalid if the files are bad, and no good version is kept."""
        self._folder = folder
        self._hours_forced = hours_forced
        self._on_trouble = on_trouble
        self._last_good = last_good
        self._files = self._hashes()
        try:
            self.policy = flow_files.load(folder, hours_forced)
        except errors.FlowFilesInvalid as invalid:
            if not last_good.is_dir():
                raise
            self.policy = flow_files.load(last_good, hours_forced)
            self._tell(invalid)
        else:
            self._keep()

    def read(self) -> tuple[Policy, tuple[str, ...]] | None:
        """What the files say now, and which changed; None if it is what is in force already.

        Raises FlowFilesInvalid, and the alarm stands until the files are good again.
        """
        files = self._hashes()
        try:
            policy = flow_files.load(self._folder, self._hours_forced)
        except errors.FlowFilesInvalid as invalid:
            self._tell(invalid)
            raise
        self._on_trouble(TROUBLE, None)
        if policy.version == self.policy.version:
            return None
        changed = {name for name, _ in files.items() ^ self._files.items()}
        self.policy, self._files = policy, files
        self._keep()
        return policy, tuple(sorted(changed))

    async def watch(self, on_saved: Callable[[], Awaitable[None]]) -> None:
        """Call `on_saved` whenever files were saved, until cancelled.

        The folder may be replaced, be away, or be one that cannot be watched: then it is looked at.
        Nothing that befalls it ends the engine, which goes by the last good version.
        """
        seen = await asyncio.to_thread(self._hashes)
        async for told in self._noticed():
            found = await asyncio.to_thread(self._hashes)
            if told or found != seen:
                seen = found
                await on_saved()

    async def _noticed(self) -> AsyncIterator[bool]:
        """True when a file was saved, False when it is time for a look."""
        while True:
            folder = self._which()
            stop = asyncio.Event()
            try:
                async for changes in watchfiles.awatch(
                    self._folder,
                    watch_filter=_is_flow_file,
                    debounce=SETTLES_AFTER,
                    stop_event=stop,
                    rust_timeout=round(LOOKS_EVERY * 1000),
                    yield_on_timeout=True,
                ):
                    yield bool(changes)
                    if self._which() != folder:
                        break
            except (OSError, RuntimeError):  # no such folder, or no watch left to give
                yield False
                await asyncio.sleep(LOOKS_EVERY)

    def _which(self) -> tuple[int, int] | None:
        """Which folder has this name now; None: none has."""
        try:
            found = self._folder.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _tell(self, invalid: errors.FlowFilesInvalid) -> None:
        problems = str(invalid).splitlines()
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        self._on_trouble(
            TROUBLE,
            f"The flow files cannot be put in force, {self.policy.version} stays: "
            f"{problems[0]}{more}. Correct it and save; `hotline check` tells everything.",
        )

    def _keep(self) -> None:
        """A copy, complete before it takes the older one's place."""
        new = self._last_good.with_name(f"{self._last_good.name}.new")
        try:
            shutil.rmtree(new, ignore_errors=True)
            for name in self._hashes():
                _copy(self._folder / name, new / name, below=new)
            shutil.rmtree(self._last_good, ignore_errors=True)
            new.rename(self._last_good)
        except OSError as failure:
            log.warning("policy.not_kept", folder=str(self._last_good), detail=failure.strerror)

    def _hashes(self) -> dict[str, str]:
        found = {}
        for file in self._folder.rglob(f"*{WATCHED}"):
            try:
                found[str(file.relative_to(self._folder))] = hashlib.sha256(
                    file.read_bytes()
                ).hexdigest()
            except OSError:
                continue  # told, with its place, by whoever reads it
        return found


def _copy(source: Path, target: Path, *, below: Path) -> None:
    """For nobody else's eyes, as all of the state folder (interface.md 1)."""
    for folder in (*reversed(target.relative_to(below).parents),):
        (below / folder).mkdir(mode=0o700, exist_ok=True)
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as copy:
        copy.write(source.read_bytes())


def _is_flow_file(change: watchfiles.Change, path: str) -> bool:
    del change
    name = Path(path).name
    return name.endswith(WATCHED) and not name.startswith(".")
