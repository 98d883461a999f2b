"""Fixtures of the acceptance tests."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from router.standalone.programs import Prefix
from tests.acceptance.asterisk_server import ari, asterisk_server, prefix
from tests.acceptance.hotline_up import HotlineUp, hotline_up
from tests.acceptance.people import Callers, callers_telephones
from tests.acceptance.points import Asked, another_system, write_points
from tests.acceptance.practice import write_flows

__all__ = ["ari", "asterisk_server", "prefix"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def asked() -> AsyncIterator[Asked]:
    """Another system, which flows ask."""
    async with another_system() as system:
        yield system


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hotline(
    prefix: Prefix, tmp_path_factory: pytest.TempPathFactory, asked: Asked
) -> AsyncIterator[HotlineUp]:
    """By day, with practice lines beside the shipped one; nobody does it harm."""
    folder = tmp_path_factory.mktemp("day")
    flows = write_points(write_flows(folder / "ivr"), asked)
    async with hotline_up(
        folder / "state", "--hours", "day", environment={"HOTLINE_IVR_DIR": str(flows)}
    ) as stack:
        yield stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def night(
    prefix: Prefix, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[HotlineUp]:
    """A second stack, by night, to which harm is done; every test leaves it well again.

    Its alarm.command adds a line to `alarms` beside the state folder.
    """
    folder = tmp_path_factory.mktemp("night")
    siren = folder / "siren"
    siren.write_text(f'#!/bin/sh\necho "$1" >> {folder}/alarms\n')
    siren.chmod(0o700)
    environment = {
        "HOTLINE_IVR_DIR": str(write_flows(folder / "ivr")),
        "HOTLINE_ALARM_COMMAND": str(siren),
    }
    async with hotline_up(folder / "state", "--hours", "night", environment=environment) as stack:
        yield stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def callers(
    prefix: Prefix, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Callers]:
    """Telephones behind the trunk, which every stack accepts calls from."""
    async with callers_telephones(prefix, tmp_path_factory.mktemp("callers")) as telephones:
        yield telephones


@pytest.fixture
def phones_folder(tmp_path: Path) -> Path:
    """Where a test's telephones keep their files."""
    return tmp_path


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories told side by side begin with their module: whoever waits for one comes last in it."""
    begun: dict[object, int] = {}
    for index, item in enumerate(items):
        begun.setdefault(item.getparent(pytest.Module), index)
    items.sort(
        key=lambda item: (
            begun[item.getparent(pytest.Module)],
            _asks_for_told(item),
        )
    )


def _asks_for_told(item: pytest.Item) -> bool:
    """By its own parameter; in such a module every test has the fixture."""
    function = getattr(item, "function", None)
    return function is not None and "told" in inspect.signature(function).parameters
