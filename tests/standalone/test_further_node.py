"""A second Asterisk of a stack: its own folder, name and secrets, and the first one's sounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from router.config import load
from router.folders import cache_folder
from router.standalone.debian import ensure
from router.standalone.environments import engines_own, guards, shared_by_all
from router.standalone.further_node import FurtherNode, furnish
from router.standalone.guard_process import GuardProcess
from router.standalone.programs import Prefix
from router.standalone.site import Site, private_site


@pytest.fixture(scope="module")
def prefix() -> Prefix:
    return ensure(cache=cache_folder(os.environ))


def site() -> Site:
    return private_site(carrier="127.0.0.3:5080")


def second(folder: Path, where: Site) -> FurtherNode:
    return FurtherNode(
        name="n2", folder=folder / "nodes/n2", site=where, guard=GuardProcess(folder, {})
    )


def test_it_has_a_name_before_its_channels_and_shares_what_callers_hear(
    tmp_path: Path, prefix: Prefix
) -> None:
    (tmp_path / "sounds").mkdir()
    for _ in range(2):
        folder = furnish(tmp_path, "n2", site(), prefix=prefix)
    options = (folder / "asterisk/etc/asterisk.conf").read_text().rpartition("[options]")[2]
    assert "\nsystemname = n2\n" in options
    assert (folder / "asterisk/data/sounds").resolve() == tmp_path / "sounds"


def test_the_engine_is_told_how_to_reach_each_and_a_guard_one_password(tmp_path: Path) -> None:
    here, there = site(), site()
    shared = shared_by_all(tmp_path, {"HOTLINE_NODES": "of another hotline"})
    told = engines_own(shared, here, "postgresql:///x", [second(tmp_path, there)])
    first, further = load(environment=told).settings.every_node
    assert (first.name, first.ami_port) == ("n1", here.ami_port)
    assert (further.name, further.ami_port) == ("n2", there.ami_port)
    assert further.ari_url == f"http://127.0.0.1:{there.http_port}"
    assert further.ari_password == there.ari_password
    assert further.sip.port == there.sip_port
    guard = guards(shared, there)
    assert guard["HOTLINE_AMI_PORT"] == str(there.ami_port)
    secrets = {name for name, text in guard.items() if text in there.values().values()}
    assert {name for name in secrets if "PASSWORD" in name} == {"HOTLINE_GUARD_PASSWORD"}
    assert "HOTLINE_NODES" not in guard
