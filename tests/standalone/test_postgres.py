"""A private PostgreSQL is there when needed, outlives its starter, and loses nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from router import errors
from router.standalone import postgres
from router.standalone.unprivileged import account_for
from tests.postgres import (
    free_port,
    fresh_database,
    make_template,
    running_postgres,
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "postgres"
    postgres.stop(tmp_path / "postgres")


def lives(pid: int) -> bool:
    """Whether it still works somewhere; the dead whom nobody has buried do not."""
    return Path(f"/proc/{pid}/cwd").exists()


async def execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def count(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        found = await connection.fetchval("SELECT count(*) FROM kept")
    finally:
        await connection.close()
    assert isinstance(found, int)
    return found


async def test_what_was_written_is_there_after_stop_and_start(folder: Path) -> None:
    first = postgres.start(folder, free_port())
    await execute(first.dsn, "CREATE TABLE kept (x int)", "INSERT INTO kept VALUES (1)")
    postgres.stop(folder)
    assert not lives(first.pid)

    second = postgres.start(folder, free_port())

    assert await count(second.dsn) == 1


async def test_what_was_written_is_there_after_kill_9(folder: Path) -> None:
    first = postgres.start(folder, free_port())
    await execute(first.dsn, "CREATE TABLE kept (x int)", "INSERT INTO kept VALUES (1)")
    os.kill(first.pid, signal.SIGKILL)

    second = postgres.start(folder, free_port())

    assert second.pid != first.pid
    assert await count(second.dsn) == 1


async def test_a_lock_file_that_names_another_living_process_is_no_obstacle(folder: Path) -> None:
    first = postgres.start(folder, free_port())
    lock = (folder / "data/postmaster.pid").read_text()
    postgres.stop(folder)
    stale = lock.replace(str(first.pid), str(os.getpid()), 1)
    (folder / "data/postmaster.pid").write_text(stale)

    second = postgres.start(folder, free_port())

    await execute(second.dsn, "SELECT 1")


def test_starting_twice_finds_the_one_that_runs(folder: Path) -> None:
    first = postgres.start(folder, free_port())

    assert postgres.start(folder, free_port()) == first


def test_stopping_what_does_not_run_is_harmless(folder: Path) -> None:
    postgres.stop(folder)


def test_it_outlives_its_starter_and_the_starters_process_group(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from router.standalone import postgres;"
        "print(postgres.start(Path(sys.argv[1]), int(sys.argv[2])).pid, flush=True);"
        "input()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), str(free_port())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert starter.stdout is not None
    assert starter.stdin is not None
    pid = int(starter.stdout.readline())
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    starter.stdin.close()
    starter.stdout.close()

    assert postgres.start(folder, free_port()).pid == pid


def test_the_password_is_for_the_owner_only_and_nobody_enters_without_it(folder: Path) -> None:
    running = postgres.start(folder, free_port())
    password = folder / "password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600

    wrong = running.dsn.replace(password.read_text(), "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(execute(wrong, "SELECT 1"))
    superuser = running.dsn.replace("//hotline:", "//postgres:")
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        asyncio.run(execute(superuser, "SELECT 1"))


async def test_the_unix_socket_works_too(folder: Path) -> None:
    running = postgres.start(folder, free_port())
    port = running.dsn.rpartition(":")[2].partition("/")[0]

    connection = await asyncpg.connect(
        host=str(folder / "run"),
        port=int(port),
        user="hotline",
        password=(folder / "password").read_text(),
        database="hotline",
    )
    await connection.close()


async def test_a_folder_too_deep_for_a_socket_is_served_by_tcp(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / "postgres"
    try:
        await execute(postgres.start(deep, free_port()).dsn, "SELECT 1")
    finally:
        postgres.stop(deep)


def test_a_port_in_use_is_named(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(errors.PostgresPortTaken, match=str(port)):
            postgres.start(folder, port)


def test_a_creation_cut_short_is_begun_again(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new/PG_VERSION").write_text("18\n")

    postgres.start(folder, free_port())

    assert not (folder / "data.new").exists()


def test_numbers_in_a_failing_statement_do_not_reach_the_log(folder: Path) -> None:
    running = postgres.start(folder, free_port())
    statements = (
        "CREATE TABLE kept (x text PRIMARY KEY)",
        "INSERT INTO kept VALUES ('5512345678'), ('5512345678')",
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        asyncio.run(execute(running.dsn, *statements))

    log = (folder / "run/postgres.log").read_text()
    assert "unique constraint" in log
    assert "5512345678" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops privileges")
@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["open folder", "closed folder"])
def test_as_root_it_runs_without_roots_rights(tmp_path: Path, mode: int) -> None:
    above = tmp_path / "above"
    above.mkdir(mode=mode)
    try:
        running = postgres.start(above / "postgres", free_port())
        status = Path(f"/proc/{running.pid}/status").read_text()
        uids = next(line for line in status.splitlines() if line.startswith("Uid:"))
        assert "0" not in uids.split()[1:]
        # At most the right to read past closed folders: never one to write, change or kill.
        effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
        assert int(effective.split()[1], 16) & ~0b110 == 0
    finally:
        postgres.stop(above / "postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_an_ordinary_user_runs_it_as_themselves() -> None:
    home = Path(tempfile.mkdtemp(prefix="hotline-"))
    account = account_for(entering=(home, Path(sys.executable).resolve().parent))
    account.own(home)
    program = (
        "import sys; from pathlib import Path; from router.standalone import postgres;"
        "folder = Path(sys.argv[1]); print(postgres.start(folder, int(sys.argv[2])).pid);"
        "postgres.stop(folder)"
    )
    try:
        ended = subprocess.run(
            [*account.before, sys.executable, "-c", program, str(home / "p"), str(free_port())],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(home)
    assert ended.returncode == 0, ended.stderr


async def test_each_test_gets_its_own_clone_of_the_migrated_database(tmp_path: Path) -> None:
    async def prepare(dsn: str) -> None:
        await execute(dsn, "CREATE TABLE kept (x int)", "INSERT INTO kept VALUES (7)")

    with running_postgres(tmp_path / "postgres") as server:
        template = await make_template(server, prepare)
        async with fresh_database(server, template) as one, fresh_database(server, template) as two:
            await execute(one, "INSERT INTO kept VALUES (8)")
            assert (await count(one), await count(two)) == (2, 1)
