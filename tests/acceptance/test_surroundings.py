"""Broken surroundings: each gets one clear sentence and the way out, and calls go on."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from router.config import SHIPPED_FLOWS
from router.core.records import CallStarted
from router.standalone.demo.feed import Feed
from router.standalone.loopback import free_port
from router.standalone.phone_events import Closed, Established
from router.standalone.phones import Phone
from tests.acceptance.asterisk_server import AsteriskServer
from tests.acceptance.hotline_up import PROGRAM, TETHERED, Hotline, Ran, engine_beats, runs
from tests.acceptance.people import SOON

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOWHERE = "postgresql://hotline:secreto@127.0.0.1:1/hotline"


def settings(server: AsteriskServer, **others: str) -> dict[str, str]:
    """An engine's, for an Asterisk of one's own; the database is not there."""
    site = server.site
    return {
        "HOTLINE_ARI_URL": f"http://{site.control_host}:{site.http_port}",
        "HOTLINE_ARI_PASSWORD": site.ari_password,
        "HOTLINE_AMI_HOST": site.control_host,
        "HOTLINE_AMI_PORT": str(site.ami_port),
        "HOTLINE_AMI_PASSWORD": site.ami_password,
        "HOTLINE_DATABASE": NOWHERE,
        **others,
    }


@asynccontextmanager
async def engine(
    folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`hotline run`, ended as by Ctrl-C; its output is one pipe."""
    process = await asyncio.create_subprocess_exec(
        *TETHERED, *PROGRAM, "run", "--state-dir", str(folder),
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield process
        process.terminate()
        await process.communicate()
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def says(process: asyncio.subprocess.Process, words: str, *, within: float = 20) -> str:
    """Reads on until a line holds these words."""
    assert process.stdout is not None
    read = ""
    try:
        async with asyncio.timeout(within):
            while line := (await process.stdout.readline()).decode():
                read += line
                if words in line:
                    return line
    except TimeoutError:
        pass
    raise AssertionError(f"{words!r} was not said, but: {read}")


def is_one_clear_sentence(told: Ran) -> bool:
    return bool(told.said.endswith(".")) and "Traceback" not in told.said


async def test_wrong_ari_password_is_told_with_its_way_out(
    asterisk_server: AsteriskServer, tmp_path: Path
) -> None:
    told = await runs(
        "run", "--state-dir", str(tmp_path),
        environment=settings(asterisk_server, HOTLINE_ARI_PASSWORD="wrong"),
    )  # fmt: skip
    assert told.code == 4
    assert "refused the user 'hotline' or its password" in told.said
    assert "ari.password" in told.said
    assert is_one_clear_sentence(told)


async def test_wrong_ami_password_is_told_with_its_way_out(
    asterisk_server: AsteriskServer, tmp_path: Path
) -> None:
    told = await runs(
        "run", "--state-dir", str(tmp_path),
        environment=settings(asterisk_server, HOTLINE_AMI_PASSWORD="wrong"),
    )  # fmt: skip
    assert told.code == 4
    assert "refused the user 'hotline' or its password" in told.said
    assert "ami.password" in told.said
    assert "Traceback" not in told.said


async def test_engine_waits_for_an_asterisk_that_is_not_there_and_says_so(
    asterisk_server: AsteriskServer, tmp_path: Path
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    async with engine(tmp_path, settings(asterisk_server, HOTLINE_ARI_URL=nobody)) as process:
        line = await says(process, "Asterisk does not answer")
        assert "Start it, or correct ari.url" in line


async def test_engine_without_a_database_serves_callers_and_says_so(
    asterisk_server: AsteriskServer, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    async with engine(state, settings(asterisk_server)) as process:
        line = await says(process, "cannot be reached")
        assert "Calls go on without it" in line
        assert "secreto" not in line
        feed = Feed(state, lambda line: None)
        feed.start()
        site = asterisk_server.site
        ari = {
            "url": f"http://{site.control_host}:{site.http_port}",
            "user": "hotline",
            "password": site.ari_password,
        }
        try:
            await engine_beats(ari)
            host, port = asterisk_server.sip
            async with Phone.start(
                asterisk_server.prefix, name="5587650077", folder=tmp_path, address="127.0.0.2"
            ) as caller:
                await caller.dial(f"sip:5555335533@{host}:{port}")
                await caller.wait_for(Established, within=SOON)
                await feed.first(CallStarted, within=5)
                await caller.hears(within=SOON)
                listed = await runs(
                    "calls", "--json", "--state-dir", str(state),
                    environment={"HOTLINE_DATABASE": NOWHERE},
                )  # fmt: skip
                assert listed.code == 4
                assert len(listed.json["live"]) == 1
                assert "secreto" not in listed.said
                await caller.hang_up()
                await caller.wait_for(Closed, within=SOON)
        finally:
            feed.stop()


async def test_settings_that_are_missing_are_all_named(tmp_path: Path) -> None:
    told = await runs("run", "--state-dir", str(tmp_path))
    assert told.code == 2
    for name in ("ari.password", "ami.password", "database"):
        assert f"{name} has no value" in told.said


async def test_every_mistake_in_the_flow_files_is_told_at_once_with_its_place(
    tmp_path: Path,
) -> None:
    flows = tmp_path / "ivr"
    shutil.copytree(SHIPPED_FLOWS, flows)
    queues = flows / "queues.yaml"
    queues.write_text(queues.read_text().replace("target: 90% in 20s", "target: soon", 1))
    lines = flows / "lines.yaml"
    lines.write_text(lines.read_text().replace("flow: linea", "flow: linae"))
    told = await runs(
        "up", "--state-dir", str(tmp_path / "state"), environment={"HOTLINE_IVR_DIR": str(flows)}
    )
    assert told.code == 2
    problems = told.err.strip().splitlines()
    assert [line.partition(":")[0] for line in problems] == [str(lines), str(queues)]
    assert "did you mean" in told.err or "linea" in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "state/asterisk").exists()


@pytest.mark.parametrize("command", ["up", "down"])
async def test_state_folder_that_cannot_be_one_is_told(command: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    told = await runs(command, "--state-dir", str(file / "state"))
    assert is_one_clear_sentence(told)
    assert str(file) in told.said


async def test_first_run_without_network_is_told(tmp_path: Path) -> None:
    told = await runs(
        "up", "--state-dir", str(tmp_path / "state"),
        environment={
            "HOTLINE_CACHE_DIR": str(tmp_path / "cache"),
            "HOTLINE_DEBIAN_MIRROR": f"http://127.0.0.1:{free_port()}/debian",
        },
    )  # fmt: skip
    assert told.code == 4
    assert "The first run needs the network; later runs do not" in told.said
    assert "Traceback" not in told.said


async def test_without_an_engine_commands_say_how_to_start_one(tmp_path: Path) -> None:
    told = await asyncio.gather(
        *(
            runs(*words, "--state-dir", str(tmp_path))
            for words in (("status",), ("agents", "list"), ("tail",))
        )
    )
    for each in told:
        assert (each.code, each.out) == (3, "")
        assert "hotline up" in each.said
        assert is_one_clear_sentence(each)


async def test_second_engine_in_the_same_folder_is_refused_and_the_first_goes_on(
    hotline: Hotline,
) -> None:
    life = (await hotline.floor()).epoch
    told = await hotline.runs("run")
    assert told.code == 1
    assert "answers in" in told.said
    assert is_one_clear_sentence(told)
    assert (await hotline.floor()).epoch == life
