"""The private Asterisk: its files, its start and its end, and what it says when it cannot start."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from router import errors
from router.folders import cache_folder
from router.standalone import asterisk
from router.standalone.asterisk_folder import DIALPLANS, fill, render
from router.standalone.debian import ensure
from router.standalone.programs import Prefix
from router.standalone.site import Site, private_site

INSTALL = DIALPLANS / "install.sh"


@pytest.fixture(scope="module")
def prefix() -> Prefix:
    return ensure(cache=cache_folder(os.environ))


@pytest.fixture
def site() -> Site:
    return private_site(carrier="127.0.0.3:5080")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    asterisk.stop(tmp_path)


def ended(pid: int) -> bool:
    """Wait until the process is gone; a zombie is."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([pidfd], [], [], 10)[0])
    finally:
        os.close(pidfd)


def as_environment(values: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


# Files


def test_every_value_is_filled_in_and_no_file_is_open_to_others(
    folder: Path, site: Site, prefix: Prefix
) -> None:
    render(folder, site, prefix=prefix)
    written = list((folder / "asterisk/etc").iterdir())
    assert {each.name for each in written} == {each.name for each in DIALPLANS.glob("*.conf")}
    for each in written:
        assert not re.search(r"@[A-Z_]+@", each.read_text()), each
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "asterisk").stat().st_mode) == 0o700


def test_sysadmins_install_script_writes_the_same_files(
    folder: Path, site: Site, prefix: Prefix, tmp_path_factory: pytest.TempPathFactory
) -> None:
    render(folder, site, prefix=prefix)
    values, target = folder / "site.env", tmp_path_factory.mktemp("etc")
    values.write_text(as_environment(dict(site.values())))
    subprocess.run([INSTALL, values, target], check=True)
    for source in DIALPLANS.glob("*.conf"):
        ours = (folder / "asterisk/etc" / source.name).read_text()
        installed = target / source.name
        assert ours.endswith(installed.read_text()), source
        assert stat.S_IMODE(installed.stat().st_mode) == 0o600


def test_shipped_values_name_everything_that_the_files_ask_for(folder: Path, site: Site) -> None:
    shipped = re.findall(r"^([A-Z_]+)=", (DIALPLANS / "site.env").read_text(), re.M)
    assert sorted(shipped) == sorted(site.values())


@pytest.mark.parametrize(
    ("value", "complaint"),
    [("", "HTTP_PORT has no value"), ("80|w /tmp/x", "HTTP_PORT holds a character")],
)
def test_install_script_refuses_a_value_that_is_missing_or_harmful(
    folder: Path, site: Site, value: str, complaint: str
) -> None:
    values = folder / "site.env"
    values.write_text(as_environment(dict(site.values()) | {"HTTP_PORT": value}))
    run = subprocess.run([INSTALL, values, folder], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert complaint in run.stderr


def test_install_script_prefers_the_environment_for_containers(folder: Path, site: Site) -> None:
    values = folder / "site.env"
    values.write_text(as_environment(dict(site.values())))
    environment = {**os.environ, "HTTP_PORT": "8099"}
    subprocess.run([INSTALL, values, folder], check=True, env=environment)
    assert "bindport = 8099" in (folder / "http.conf").read_text()


def test_unknown_name_in_a_file_is_one_clear_sentence(folder: Path, site: Site) -> None:
    source = folder / "http.conf"
    source.write_text("bindport = @HTP_PORT@\n")
    with pytest.raises(errors.DialplanValueUnknown, match=r"http\.conf asks for @HTP_PORT@"):
        fill(source, site.values())


# Start and stop


def test_it_starts_without_one_warning_and_stops_without_a_trace(
    folder: Path, site: Site, prefix: Prefix
) -> None:
    render(folder, site, prefix=prefix)
    pid = asterisk.start(folder, site, prefix=prefix)
    assert asterisk.running(folder) == pid
    log = (folder / "asterisk/log/messages.log").read_text()
    assert "WARNING" not in log
    assert "ERROR" not in log
    asterisk.stop(folder)
    assert asterisk.running(folder) is None
    assert ended(pid)


def test_it_starts_again_after_a_kill(folder: Path, site: Site, prefix: Prefix) -> None:
    render(folder, site, prefix=prefix)
    first = asterisk.start(folder, site, prefix=prefix)
    os.kill(first, signal.SIGKILL)
    assert ended(first)
    assert asterisk.running(folder) is None
    second = asterisk.start(folder, site, prefix=prefix)
    assert asterisk.running(folder) == second


def test_it_lives_in_a_folder_whose_path_is_longer_than_a_sockets_name_may_be(
    tmp_path: Path, site: Site, prefix: Prefix
) -> None:
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    try:
        render(deep, site, prefix=prefix)
        asterisk.start(deep, site, prefix=prefix)
        assert (deep / "asterisk/run/asterisk.ctl").is_socket()
    finally:
        asterisk.stop(deep)


def test_its_folder_may_be_named_from_where_one_stands(
    folder: Path, site: Site, prefix: Prefix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    stack = Path("stack")
    render(stack, site, prefix=prefix)
    asterisk.start(stack, site, prefix=prefix)
    assert (folder / "stack/asterisk/data/sounds/es/beep.wav").is_file()
    asterisk.stop(stack)
    assert asterisk.running(stack) is None


def test_it_outlives_its_starter(folder: Path, site: Site, prefix: Prefix) -> None:
    render(folder, site, prefix=prefix)
    starter = (
        "import json, os, sys; from pathlib import Path;"
        "from router.standalone import asterisk;"
        "from router.standalone.debian import ensure;"
        "from router.folders import cache_folder;"
        "from router.standalone.site import Site;"
        "site = Site(**json.loads(sys.argv[2]));"
        "asterisk.start(Path(sys.argv[1]), site, prefix=ensure(cache=cache_folder(os.environ)))"
    )
    command = [sys.executable, "-c", starter, str(folder), json.dumps(asdict(site))]
    subprocess.run(command, check=True, start_new_session=True)
    pid = asterisk.running(folder)
    assert pid is not None
    asterisk.stop(folder)
    assert ended(pid)


# What goes wrong


def test_port_in_use_is_one_clear_sentence(folder: Path, site: Site, prefix: Prefix) -> None:
    render(folder, site, prefix=prefix)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind((site.control_host, site.http_port))
        other.listen()
        with pytest.raises(errors.PortTaken) as raised:
            asterisk.start(folder, site, prefix=prefix)
    assert str(raised.value) == (
        f"ARI cannot use 127.0.0.1:{site.http_port} (Address already in use). "
        "Stop the program that has it, or choose another port."
    )
    assert asterisk.running(folder) is None


def test_asterisk_that_dies_at_start_is_quoted(folder: Path, site: Site, prefix: Prefix) -> None:
    render(folder, site, prefix=prefix)
    modules = folder / "asterisk/etc/modules.conf"
    modules.write_text(modules.read_text() + "require = res_absent.so\n")
    with pytest.raises(errors.AsteriskDied, match=r"res_absent.*The whole log is"):
        asterisk.start(folder, site, prefix=prefix)
    assert asterisk.running(folder) is None


def test_start_with_another_password_than_the_files_is_noticed(
    folder: Path, site: Site, prefix: Prefix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asterisk, "READY_WITHIN", 2.0)
    render(folder, replace(site, ami_password="other"), prefix=prefix)
    with pytest.raises(errors.AsteriskLate):
        asterisk.start(folder, site, prefix=prefix)
    assert asterisk.running(folder) is None


def test_process_number_that_somebody_else_has_now_is_left_alone(folder: Path) -> None:
    (folder / "asterisk/run").mkdir(parents=True)
    (folder / "asterisk/run/started.pid").write_text(f"{os.getpid()}\n")
    assert asterisk.running(folder) is None
    asterisk.stop(folder)


def test_install_script_is_plain_shell() -> None:
    assert shutil.which("sh")
    assert INSTALL.read_text().startswith("#!/bin/sh\n")
