"""Flow files that change under a running engine: a good version is taken, a bad one never."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest
import watchfiles

from router import errors
from router.adapters import policy_folder
from router.adapters.policy_folder import TROUBLE, PolicyFolder

SHIPPED = Path(__file__).parents[2] / "ivr"
SOON = 30.0


class Admin:
    """Edits the files of a folder, and reads the alarms."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ivr"
        self.last_good = folder / "policy.good"
        self.alarms: dict[str, str] = {}
        shutil.copytree(SHIPPED, self.folder)

    def opens(self) -> PolicyFolder:
        return PolicyFolder(self.folder, None, self._told, last_good=self.last_good)

    def _told(self, name: str, text: str | None) -> None:
        if text is None:
            self.alarms.pop(name, None)
        else:
            self.alarms[name] = text

    def replaces(self, before: str, after: str) -> None:
        file = self.folder / "queues.yaml"
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after, 1))


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    return Admin(tmp_path)


def test_good_version_is_taken_with_the_names_of_the_changed_files(admin: Admin) -> None:
    policies = admin.opens()
    before = policies.policy.version
    admin.replaces("class: 90", "class: 91")
    change = policies.read()
    assert change is not None
    policy, files = change
    assert policy.version != before
    assert files == ("queues.yaml",)
    assert policies.read() is None


def test_bad_version_leaves_the_last_good_one_and_raises_an_alarm(admin: Admin) -> None:
    policies = admin.opens()
    before = policies.policy
    admin.replaces("class: 90", "class: ninety")
    with pytest.raises(errors.FlowFilesInvalid, match="queues"):
        policies.read()
    assert policies.policy is before
    assert "queues.yaml" in admin.alarms[TROUBLE]
    admin.replaces("class: ninety", "class: 90")
    assert policies.read() is None
    assert TROUBLE not in admin.alarms


def test_engine_that_starts_while_the_files_are_bad_goes_by_the_last_good_ones(
    admin: Admin,
) -> None:
    before = admin.opens().policy
    admin.replaces("class: 90", "class: ninety")
    after = admin.opens().policy
    assert after.version == before.version
    assert TROUBLE in admin.alarms


def test_first_start_with_bad_files_is_refused(admin: Admin) -> None:
    admin.replaces("class: 90", "class: ninety")
    with pytest.raises(errors.FlowFilesInvalid):
        admin.opens()


def test_what_is_kept_is_for_nobody_elses_eyes(admin: Admin) -> None:
    before = os.umask(0o022)
    try:
        admin.opens()
    finally:
        os.umask(before)
    kept = [admin.last_good, *admin.last_good.rglob("*")]
    assert [each for each in kept if each.stat().st_mode & 0o077] == []


class Watch:
    """Lets the engine watch the folder, and waits until it has noticed something."""

    def __init__(self, policies: PolicyFolder) -> None:
        self._policies = policies
        self._noticed = asyncio.Event()

    async def __aenter__(self) -> Watch:
        self._watching = asyncio.create_task(self._policies.watch(self._on_saved))
        return self

    async def __aexit__(self, *error: object) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)

    async def _on_saved(self) -> None:
        self._noticed.set()

    async def notices(self, change: Callable[[], object], *, every: float = 0.5) -> None:
        """Made again until it is: before the watch is set up, a change goes by unseen."""
        async with asyncio.timeout(SOON):
            self._noticed.clear()
            while not self._noticed.is_set():
                change()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._noticed.wait(), every)

    async def is_told(self) -> None:
        async with asyncio.timeout(SOON):
            await self._noticed.wait()
            self._noticed.clear()


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_folder, "LOOKS_EVERY", 0.1)


async def test_saving_a_file_is_noticed(admin: Admin) -> None:
    async with Watch(admin.opens()) as watch:
        await watch.notices(lambda: admin.replaces("class: ", "class:  "))


@pytest.mark.usefixtures("looks_often")
async def test_folder_that_another_takes_the_place_of_is_watched_on(admin: Admin) -> None:
    other = admin.folder.with_name("release-2")
    shutil.copytree(admin.folder, other)
    (other / "queues.yaml").write_text((other / "queues.yaml").read_text() + "\n# release 2\n")
    async with Watch(admin.opens()) as watch:
        await watch.notices(lambda: admin.replaces("class: ", "class:  "))
        admin.folder.rename(admin.folder.with_name("release-1"))
        await watch.is_told()
        other.rename(admin.folder)
        await watch.is_told()
        await watch.notices(lambda: admin.replaces("class: ", "class:  "))


@pytest.mark.usefixtures("looks_often")
async def test_engine_goes_on_without_its_folder_and_sees_it_come_back(admin: Admin) -> None:
    admin.opens()
    away = admin.folder.with_name("away")
    admin.folder.rename(away)
    policies = admin.opens()  # by the last good version

    def comes_or_goes() -> None:
        if away.exists():
            away.rename(admin.folder)
        else:
            admin.folder.rename(away)

    async with Watch(policies) as watch:
        # Whoever is busy must find it there before it is gone again.
        await watch.notices(comes_or_goes, every=4)
        await watch.notices(comes_or_goes, every=4)


@pytest.mark.usefixtures("looks_often")
async def test_files_are_looked_at_where_no_watch_is_to_be_had(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> NoReturn:
        raise OSError(28, "No space left on device")  # what inotify says when all watches are taken

    monkeypatch.setattr(watchfiles, "awatch", refused)
    async with Watch(admin.opens()) as watch:
        await watch.notices(lambda: admin.replaces("class: ", "class:  "))
