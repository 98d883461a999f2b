"""A private Asterisk comes from Debian alone, once, and every obstacle is one sentence."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from router import errors
from router.folders import cache_folder
from router.standalone import debian
from router.standalone.apt import Package
from router.standalone.programs import Prefix, Program
from tests.standalone.web_folder import serving

NOBODY_THERE = "http://127.0.0.1:1/debian"
FOREIGN_ARCHIVE = Path(__file__).with_name("foreign_archive")


@pytest.fixture(scope="module")
def prefix() -> Prefix:
    """The real one; fetched only if this machine has none yet."""
    return debian.ensure(cache=cache_folder(os.environ))


@pytest.mark.parametrize(
    ("program", "argument", "said"),
    [
        ("asterisk", "-V", "Asterisk 22."),
        ("sipp", "-v", "SIPp v3."),
        ("baresip", "-h", "baresip v"),
        ("espeak-ng", "--version", "eSpeak NG"),
    ],
)
def test_each_program_runs_without_being_installed(
    prefix: Prefix, program: Program, argument: str, said: str
) -> None:
    ran = subprocess.run(
        prefix.command(program, argument),
        env=prefix.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert said in ran.stdout + ran.stderr


def test_what_a_stack_needs_of_the_prefix_is_where_it_says(prefix: Prefix) -> None:
    assert (prefix.asterisk_modules / "res_pjsip.so").exists()
    assert (prefix.spanish_sounds / "beep.wav").exists()
    assert (prefix.baresip_modules / "account.so").exists()
    assert (prefix.sipp_pcaps / "dtmf_2833_1.pcap").exists()
    assert prefix.version >= debian.OLDEST_ASTERISK


def test_the_second_clone_has_it_at_once_and_asks_nobody(prefix: Prefix) -> None:
    assert debian.ensure(cache=cache_folder(os.environ), mirror=NOBODY_THERE) == prefix


def test_whoever_waits_for_another_builder_uses_what_it_has_built(
    prefix: Prefix, tmp_path: Path
) -> None:
    folder = tmp_path / "debian"
    folder.mkdir()
    with ThreadPoolExecutor() as waiting:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            second = waiting.submit(debian.ensure, cache=tmp_path, mirror=NOBODY_THERE)
            (folder / prefix.path.name).symlink_to(prefix.path)
        assert second.result(timeout=10).version == prefix.version


def test_a_half_built_prefix_is_not_taken_for_a_whole_one(prefix: Prefix, tmp_path: Path) -> None:
    half = tmp_path / "debian" / prefix.path.name
    (half / "usr/sbin").mkdir(parents=True)

    with pytest.raises(errors.NetworkMissing):
        debian.ensure(cache=tmp_path, mirror=NOBODY_THERE)


def test_without_a_network_the_first_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(errors.NetworkMissing, match="needs the network") as failure:
        debian.ensure(cache=tmp_path, mirror=NOBODY_THERE)

    assert "\n" not in str(failure.value)


def test_an_archive_signed_by_somebody_else_is_refused(tmp_path: Path) -> None:
    with serving(FOREIGN_ARCHIVE) as mirror, pytest.raises(errors.ArchiveUntrusted):
        debian.ensure(cache=tmp_path, mirror=mirror)


def test_an_archive_without_a_signature_is_refused(tmp_path: Path) -> None:
    release = tmp_path / "archive/dists/forky"
    release.mkdir(parents=True)
    signed = (FOREIGN_ARCHIVE / "dists/forky/InRelease").read_text()
    text = signed.partition("\n\n")[2].partition("-----BEGIN PGP SIGNATURE")[0]
    (release / "Release").write_text(text)

    with serving(tmp_path / "archive") as mirror, pytest.raises(errors.ArchiveUntrusted):
        debian.ensure(cache=tmp_path, mirror=mirror)


def test_an_archive_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with (
        serving(tmp_path / "empty") as mirror,
        pytest.raises(errors.FetchFailed, match=mirror),
    ):
        debian.ensure(cache=tmp_path, mirror=mirror)


def test_a_machine_without_apt_is_told_what_else_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(errors.ProgramMissing, match="apt-get is needed"):
        debian.ensure(cache=tmp_path)


def test_a_disk_that_is_too_small_is_noticed_before_the_download(tmp_path: Path) -> None:
    more_than_is_free = shutil.disk_usage(tmp_path).total + 1

    with pytest.raises(errors.DiskFull, match="Make room"):
        debian.check_room(tmp_path, more_than_is_free)


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("1:22.10.1+dfsg+~cs6.17.60671434-1", True),
        ("1:22.10.2~dfsg-1", True),
        ("1:23.1.0~rc1-1", True),
        ("1:22.9.10-1", False),
        ("1:20.17.0-1", False),
    ],
)
def test_an_asterisk_that_is_too_old_is_refused(version: str, fits: bool) -> None:
    packages = (Package(name="asterisk", version=version, file="a.deb", size=1),)
    try:
        debian.chosen_asterisk(packages, "http://mirror")
    except errors.AsteriskTooOld:
        assert not fits
    else:
        assert fits
