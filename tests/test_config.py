"""Settings: who wins, where each came from, and what people are told about a bad one."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from router import errors
from router.config import SETTINGS, Configuration, HoursMode, load
from router.setting import Address, masked_database


def origin_of(configuration: Configuration, name: str) -> str:
    return next(one.origin for one in configuration.effective if one.setting.name == name)


def file_in(folder: Path, text: str) -> Path:
    file = folder / "hotline.toml"
    file.write_text(text)
    return file


def refusal_of(
    file: Path | None = None,
    environment: dict[str, str] | None = None,
    arguments: dict[str, str | None] | None = None,
) -> list[str]:
    with pytest.raises(errors.SettingsInvalid) as refused:
        load(arguments, file=file, environment=environment or {})
    return str(refused.value).splitlines()


def test_every_setting_has_a_default_that_its_own_reader_would_accept() -> None:
    configuration = load(environment={"HOME": "/home/ana"})
    assert configuration.settings.state_dir == Path("/home/ana/.local/state/hotline")
    assert {one.origin for one in configuration.effective} == {"default"}
    for setting in SETTINGS.values():
        value = getattr(configuration.settings, setting.field)
        if value != "" and not isinstance(value, timedelta):
            assert setting.kind.read(str(value), Path("/")) == value


def test_the_command_line_beats_the_environment_and_that_the_file(tmp_path: Path) -> None:
    file = file_in(tmp_path, 'hours = "day"\nnode = "n7"\n[ari]\nuser = "hotline-mx"\n')
    environment = {"HOTLINE_HOURS": "night", "HOTLINE_NODE": "n8"}
    configuration = load({"hours": "clock"}, file=file, environment=environment)
    assert configuration.settings.hours is HoursMode.CLOCK
    assert configuration.settings.node == "n8"
    assert configuration.settings.ari_user == "hotline-mx"
    assert origin_of(configuration, "hours") == "--hours"
    assert origin_of(configuration, "node") == "HOTLINE_NODE"
    assert origin_of(configuration, "ari.user") == str(file)


def test_the_file_in_the_state_folder_is_found_without_being_named(tmp_path: Path) -> None:
    file_in(tmp_path, 'rest_timeout = "500 ms"')
    configuration = load({"state_dir": str(tmp_path)}, environment={})
    assert configuration.settings.rest_timeout == timedelta(milliseconds=500)
    assert configuration.file == tmp_path / "hotline.toml"


def test_a_running_stack_tells_its_own_addresses(tmp_path: Path) -> None:
    account = {"user": "u", "password": "p"}
    stack = {
        "sip": {"host": "127.0.0.1", "port": 8},
        "ari": {"url": "http://127.0.0.1:9", **account},
        "ami": {"host": "127.0.0.1", "port": 10, **account},
        "database": "postgresql://x@127.0.0.1:11/hotline",
    }
    (tmp_path / "stack.json").write_text(json.dumps(stack))
    file_in(tmp_path, 'database = "postgresql://elsewhere/hotline"')
    settings = load(environment={"HOTLINE_STATE_DIR": str(tmp_path)}).settings
    assert settings.database == "postgresql://x@127.0.0.1:11/hotline"
    assert (settings.ari_url, settings.ami_port) == ("http://127.0.0.1:9", 10)
    assert settings.sip == Address(host="127.0.0.1", port=8)


def test_a_relative_path_starts_where_it_was_file_in(tmp_path: Path) -> None:
    configuration = load(file=file_in(tmp_path, 'ivr_dir = "lines"'), environment={})
    assert configuration.settings.ivr_dir == tmp_path / "lines"


def test_a_secret_is_read_from_the_file_that_a_container_mounts(tmp_path: Path) -> None:
    secret = tmp_path / "ari"
    secret.write_text("s3cr3t\n")
    configuration = load(environment={"HOTLINE_ARI_PASSWORD_FILE": str(secret)})
    assert configuration.settings.ari_password == "s3cr3t"
    assert origin_of(configuration, "ari.password") == f"HOTLINE_ARI_PASSWORD_FILE ({secret})"


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert load(environment={"HOTLINE_HOURS": ""}).settings.hours is HoursMode.CLOCK


def test_no_secret_is_ever_shown() -> None:
    environment = {
        "HOTLINE_ARI_PASSWORD": "s3cr3t",
        "HOTLINE_AMI_PASSWORD": "s3cr3t",
        "HOTLINE_DATABASE": "postgresql://hotline:s3cr3t@db:5432/hotline?sslmode=require",
    }
    shown = [one.shown for one in load(environment=environment).effective]
    assert not [text for text in shown if "s3cr3t" in text]
    assert "postgresql://hotline:********@db:5432/hotline?sslmode=require" in shown


def test_a_bad_secret_is_not_quoted_in_its_complaint() -> None:
    (problem,) = refusal_of(environment={"HOTLINE_ARI_PASSWORD": "s3cr3t\r\nAction: Originate"})
    assert problem == (
        "HOTLINE_ARI_PASSWORD: ari.password is '********'; "
        "expected a password without control characters."
    )


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql:///hotline?host=/run/pg", "postgresql:///hotline?host=/run/pg"),
        ("postgresql://a@b/c?user=x&password=y", "postgresql://a@b/c?user=x&password=********"),
        ("postgresql://a:p%40@[::1]:5/c", "postgresql://a:********@[::1]:5/c"),
    ],
)
def test_a_database_is_shown_without_its_password(uri: str, shown: str) -> None:
    assert masked_database(uri) == shown


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    file = file_in(tmp_path, 'hours = "noon"\nrest_timeot = "2 s"\n[log]\nlevel = ["info"]\n')
    problems = refusal_of(file, {"HOTLINE_AMI_PORT": "70000"}, {"carrier": "carrier.example"})
    assert problems == [
        f"{file}: there is no setting 'rest_timeot'. Did you mean 'rest_timeout'?",
        f"{file}: log.level is ['info']; expected debug, info, warning or error.",
        f"{file}: hours is 'noon'; expected day, night or clock.",
        "HOTLINE_AMI_PORT: ami.port is '70000'; expected a port from 1 to 65535.",
        "--carrier: carrier is 'carrier.example'; expected HOST:PORT, such as 127.0.0.1:5080.",
    ]


def test_a_file_that_is_no_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    (problem,) = refusal_of(file_in(tmp_path, "hours = day"))
    assert problem.startswith(f"{tmp_path / 'hotline.toml'} cannot be read as settings:")
    assert "line 1" in problem


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    (problem,) = refusal_of(tmp_path / "none.toml")
    assert "No such file" in problem


def test_a_variable_that_is_no_setting_is_told_and_does_not_stop_the_engine() -> None:
    environment = {"HOTLINE_PORT": "tcp://10.0.0.1:80", "HOTLINE_CONFIG": ""}
    assert load(environment=environment).stray == ("HOTLINE_PORT",)


def test_what_the_engine_cannot_do_without_is_asked_for_together() -> None:
    with pytest.raises(errors.SettingsInvalid) as refused:
        load(environment={"HOME": "/h"}).require("ari.password", "database", "ari.user")
    first, second = str(refused.value).splitlines()
    assert "HOTLINE_ARI_PASSWORD, HOTLINE_ARI_PASSWORD_FILE" in first
    assert second.startswith("database has no value")


@pytest.mark.parametrize("text", ["host", "host:0", "host:65536", "ho st:5", "::1:5060", "a:b"])
def test_a_carrier_is_a_host_and_a_port(text: str) -> None:
    with pytest.raises(ValueError):
        Address.parse(text)


def test_an_address_is_written_as_it_is_read() -> None:
    assert str(Address.parse("[::1]:5060")) == "[::1]:5060"


def test_a_child_reads_from_its_environment_what_its_parent_was_told() -> None:
    given: dict[str, str | None] = {"carrier": "[::1]:5099", "rest_timeout": "250 ms"}
    environment = {"HOTLINE_ARI_PASSWORD": "s3cr3t", "HOME": "/h"}
    parent = load(given, environment=environment)
    assert load(environment=parent.variables()).settings == parent.settings


def test_phones_send_audio_to_asterisks_own_address_unless_another_is_named() -> None:
    assert load(environment={"HOME": "/home/ana"}).settings.media_address == ""
    environment = {"HOME": "/home/ana", "HOTLINE_MEDIA_ADDRESS": "203.0.113.7"}
    assert load(environment=environment).settings.media_address == "203.0.113.7"


# -- further nodes ----------------------------------------------------------------------------

SECOND = """
[[nodes]]
name = "n2"
ari.url = "http://10.0.0.2:8088"
ari.password = "s3cr3t"
"""


def test_a_further_node_is_written_as_the_first_and_is_like_it_otherwise(tmp_path: Path) -> None:
    first = 'media_address = "10.0.0.9"\n[ami]\nport = 5039\npassword = "known"\n'
    settings = load(file=file_in(tmp_path, first + SECOND), environment={}).settings
    own, second = settings.every_node
    assert (own.name, own.ari_url, own.ami_port) == ("n1", "http://127.0.0.1:8088", 5039)
    assert (second.name, second.ari_password) == ("n2", "s3cr3t")
    assert (second.ami_host, second.ami_port, second.ami_password) == ("10.0.0.2", 5039, "known")
    assert second.sip == Address(host="10.0.0.2", port=5060)
    assert second.media_address == ""


def test_further_nodes_reach_an_engine_that_is_started_as_a_child(tmp_path: Path) -> None:
    configuration = load(file=file_in(tmp_path, SECOND), environment={})
    again = load(environment=configuration.variables())
    assert again.settings.every_node == configuration.settings.every_node


def test_people_see_the_names_of_further_nodes_and_no_password(tmp_path: Path) -> None:
    configuration = load(file=file_in(tmp_path, SECOND), environment={})
    (shown,) = [one.shown for one in configuration.effective if one.setting.name == "nodes"]
    assert shown == "n2"


def test_a_password_of_a_further_node_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cr3t\n")
    text = SECOND.replace('ari.password = "s3cr3t"', 'ami.password_file = "secret"')
    settings = load(file=file_in(tmp_path, text), environment={}).settings
    assert settings.every_node[1].ami_password == "s3cr3t"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('nodes = ["n2"]', "a node as number 1, such as name and ari.url"),
        ('[[nodes]]\nname = "n2"', "ari.url in number 1"),
        (SECOND + "ami.port = 0", "a port from 1 to 65535 as ami.port of number 1"),
        (SECOND + 'ari.pasword = "x"', "one of name, ari.url, .* not 'ari.pasword'"),
        (SECOND + SECOND, "a name of its own for each node, the first too"),
        (SECOND.replace("n2", "n1"), "a name of its own for each node, the first too"),
    ],
)
def test_what_is_wrong_with_a_further_node_is_told(
    tmp_path: Path, text: str, expected: str
) -> None:
    file = file_in(tmp_path, text)
    (problem,) = refusal_of(file)
    assert re.fullmatch(rf"{re.escape(str(file))}: nodes is '\*+'; expected {expected}.*", problem)
