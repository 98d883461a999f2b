"""The container files hold together: everything they name exists, and nothing inside is public."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from router.config import SETTINGS

ROOT = Path(__file__).parent.parent
DOCKER = ROOT / "docker"
COMPOSE = DOCKER / "compose.yaml"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return read


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A copy of docker/ after an admin has run prepare.sh in it."""
    folder = tmp_path / "docker"
    folder.mkdir()
    shutil.copy(DOCKER / "prepare.sh", folder)
    subprocess.run([folder / "prepare.sh"], check=True, capture_output=True)
    return folder


def test_compose_builds_from_files_and_stages_that_exist(compose: dict[str, Any]) -> None:
    stages = re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.M)
    builds = [each["build"] for each in compose["services"].values() if "build" in each]
    assert [each["target"] for each in builds] == ["asterisk", "engine"]
    for build in builds:
        assert (DOCKER / build["context"]).resolve() == ROOT
        assert (ROOT / build["dockerfile"]).is_file()
        assert build["target"] in stages


def test_compose_mounts_only_what_exists_or_is_a_volume(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (DOCKER / source).exists(), volume


def test_images_copy_only_what_exists_and_is_not_ignored() -> None:
    shown = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.M)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M)
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source
        assert source in shown, source


def test_prepare_makes_every_secret_that_compose_names_and_no_other(
    compose: dict[str, Any], prepared: Path
) -> None:
    named = {each["file"] for each in compose["secrets"].values()}
    made = {f"secrets/{each.name}" for each in (prepared / "secrets").iterdir()}
    assert named == made
    used = {name for each in compose["services"].values() for name in each.get("secrets", ())}
    assert used == set(compose["secrets"])


def test_secrets_are_shut_off_on_the_host_and_readable_where_they_are_mounted(
    prepared: Path,
) -> None:
    assert stat.S_IMODE((prepared / "secrets").stat().st_mode) == 0o700
    for secret in (prepared / "secrets").iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o444
        assert secret.read_text()
    password = (prepared / "secrets/postgres_password").read_text()
    assert f":{password}@postgres/" in (prepared / "secrets/database").read_text()


def test_preparing_again_keeps_passwords_and_addresses(prepared: Path) -> None:
    (prepared / ".env").write_text("SIP_HOST=192.0.2.1\n")
    before = {each: each.read_text() for each in prepared.rglob("*") if each.is_file()}
    subprocess.run([prepared / "prepare.sh"], check=True, capture_output=True)
    assert before == {each: each.read_text() for each in prepared.rglob("*") if each.is_file()}


def test_env_asks_for_every_value_that_compose_cannot_do_without(prepared: Path) -> None:
    asked = set(re.findall(r"^([A-Z_]+)=", (prepared / ".env").read_text(), re.M))
    required = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE.read_text()))
    assert required <= asked
    assert asked == set(re.findall(r"\$\{([A-Z_]+):", COMPOSE.read_text()))


def test_only_sip_and_audio_are_open_to_the_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    asterisk = services["asterisk"]["environment"]
    audio = f"{asterisk['RTP_FIRST']}-{asterisk['RTP_LAST']}"
    published = {name: each["ports"] for name, each in services.items() if "ports" in each}
    assert published == {"asterisk": ["5060:5060/udp", f"{audio}:{audio}/udp"]}
    assert compose["networks"]["control"]["internal"]
    assert compose["networks"]["records"]["internal"]
    assert set(services["engine"]["networks"]) == {"control", "records"}
    assert services["guard"]["networks"] == ["control"]
    assert services["postgres"]["networks"] == ["records"]
    own = services["asterisk"]["networks"]["control"]["ipv4_address"]
    assert asterisk["CONTROL_HOST"] == own
    assert services["engine"]["environment"]["HOTLINE_ARI_URL"] == f"http://{own}:8088"


def test_asterisk_is_given_values_that_its_configuration_knows(compose: dict[str, Any]) -> None:
    known = re.findall(r"^([A-Z_]+)=", (ROOT / "dialplans/site.env").read_text(), re.M)
    assert set(compose["services"]["asterisk"]["environment"]) <= set(known)


def test_engine_is_given_settings_that_exist(compose: dict[str, Any]) -> None:
    variables = {each.variable for each in SETTINGS.values()}
    for given in compose["services"]["engine"]["environment"]:
        assert given.removesuffix("_FILE") in variables


def test_no_image_runs_as_root() -> None:
    for stage in ("engine", "asterisk"):
        body = re.split(rf"^FROM \S+ AS {stage}$", DOCKERFILE, flags=re.M)[1]
        body = re.split(r"^FROM ", body, flags=re.M)[0]
        (user,) = re.findall(r"^USER (\d+):\d+$", body, re.M)
        assert int(user) > 0
        assert "HEALTHCHECK" in body


@pytest.mark.parametrize("script", ["build.sh", "prepare.sh", "start-asterisk.sh"])
def test_scripts_are_executable_and_read_by_sh(script: str) -> None:
    file = DOCKER / script
    assert file.stat().st_mode & stat.S_IXUSR
    subprocess.run(["sh", "-n", file], check=True)


def test_asterisk_without_its_passwords_says_what_makes_them(tmp_path: Path) -> None:
    run = subprocess.run(
        [DOCKER / "start-asterisk.sh"],
        env={"SECRETS": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr == (
        f"start-asterisk: {tmp_path}/ari_password cannot be read: docker/prepare.sh makes it.\n"
    )
