"""Flow files that change under a running engine: a good version is taken, a bad one never."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from router import errors
from router.adapters.policy_folder import TROUBLE, PolicyFolder

SHIPPED = Path(__file__).parents[2] / "ivr"
SOON = 10.0


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


async def test_saving_a_file_is_noticed(admin: Admin) -> None:
    policies = admin.opens()
    noticed = asyncio.Event()

    async def on_saved() -> None:
        noticed.set()

    watching = asyncio.create_task(policies.watch(on_saved))
    try:
        async with asyncio.timeout(SOON):
            while not noticed.is_set():
                # Until the watch is set up, a change goes by unseen: it is made again.
                admin.replaces("class: ", "class:  ")
                try:
                    await asyncio.wait_for(noticed.wait(), 0.5)
                except TimeoutError:
                    continue
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
