"""Each thing that the doctor looks at, broken, and well again."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.adapters.flow_files import load
from router.config import SHIPPED_FLOWS
from router.core.routing.agent import AgentProfile, Validity
from router.core.vocabulary import AgentId, Language, PromptId, SkillName
from router.doctor import asterisk, database, engine, flows, machine, trunk
from router.doctor.examine import MIGRATIONS, MODULES
from router.doctor.finding import Finding
from router.setting import Address

LISTENS = "  sl  local_address rem_address   st\n   0: {address}:1F98 00000000:0000 0A 0\n"
ANYWHERE, LOOPBACK, ANYWHERE_6, PUBLIC = "00000000", "0100007F", "0" * 32, "08080808"
PORTS = {"ARI": 8088}


def checks(found: Sequence[Finding]) -> list[str]:
    return [one.check for one in found]


def test_a_host_that_nobody_knows_is_named() -> None:
    too_long = "x" * 64  # no resolver is asked
    assert too_long in [one.where for one in machine.names(too_long)]
    assert "localhost" not in [one.where for one in machine.names("localhost")]


def test_a_full_disk_is_told_with_what_is_free(tmp_path: Path) -> None:
    assert checks([*machine.disk(tmp_path, needed_mb=2**40)]) == ["disk"]
    assert not [*machine.disk(tmp_path, needed_mb=0)]


def test_secrets_that_others_can_read_are_told_with_the_command_that_mends_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    key = folder / "identity.key"
    key.touch(mode=0o600)
    assert not [*machine.file_modes(folder, None)]
    key.chmod(0o644)
    (found,) = machine.file_modes(folder, None)
    assert found.remedy == f"chmod 600 {key}"


@pytest.mark.parametrize("address", [ANYWHERE, ANYWHERE_6, PUBLIC])
def test_ari_that_strangers_can_reach_is_critical(tmp_path: Path, address: str) -> None:
    table = tmp_path / "tcp"
    table.write_text(LISTENS.format(address=address))
    assert checks([*machine.open_ports(PORTS, (table,))]) == ["open_ports"]


def test_ari_on_loopback_is_well(tmp_path: Path) -> None:
    table = tmp_path / "tcp"
    table.write_text(LISTENS.format(address=LOOPBACK))
    assert [*machine.listeners(PORTS, (table,))] == [("ARI", "127.0.0.1", 8088)]
    assert not [*machine.open_ports(PORTS, (table,))]


@pytest.mark.parametrize("told", ["22.10.0", "20.15.2", "22.9.9~dfsg", "", "git"])
def test_an_asterisk_with_known_advisories_is_told(told: str) -> None:
    assert checks([*asterisk.version(told)]) == ["version"]


@pytest.mark.parametrize("told", ["22.10.1", "22.10.1~dfsg+~cs6", "23.0.0"])
def test_an_asterisk_without_known_advisories_is_well(told: str) -> None:
    assert not [*asterisk.version(told)]


def test_a_module_that_does_not_run_is_named() -> None:
    wanted = asterisk.required_modules(MODULES)
    assert {"chan_pjsip.so", "codec_ulaw.so"} <= wanted
    (found,) = asterisk.modules(wanted, set(wanted) - {"app_queue.so"})
    assert found.where == "app_queue.so"


def test_a_prompt_that_asterisk_lacks_in_one_language_is_named() -> None:
    texts = {(Language("es"), PromptId("saludo")): "", (Language("en"), PromptId("saludo")): ""}
    (found,) = asterisk.spoken(texts, {("es", "hotline/saludo")})
    assert found.where == "en/hotline/saludo"


def test_an_asterisk_without_silence_is_told_what_callers_would_hear() -> None:
    there = {(language, f"silence/{n}") for language in ("es", "en") for n in range(1, 11)}
    languages = {Language("es"), Language("en")}
    assert not [*asterisk.silent(languages, there)]
    (found,) = asterisk.silent(languages, there - {("es", "silence/4"), ("es", "silence/7")})
    assert found.where == "es/silence/4"
    assert "asked again at once" in found.what


def test_an_asterisk_that_cannot_record_is_told() -> None:
    (finding,) = asterisk.recorder("127.0.0.1:8088", 500)
    assert "no folder for recordings" in finding.what
    assert not list(asterisk.recorder("127.0.0.1:8088", 200))


def test_an_ami_user_that_may_too_much_or_too_little_is_told() -> None:
    enough = set(asterisk.LACKING)
    assert not [*asterisk.ami_rights("hotline", enough, guard=False)]
    (lacks,) = asterisk.ami_rights("hotline", enough - {"QueueAdd"}, guard=False)
    assert "QueueAdd" in lacks.what
    (exceeds,) = asterisk.ami_rights("hotline", enough | {"Originate"}, guard=False)
    assert "Originate" in exceeds.what


def test_clocks_that_differ_are_told_and_a_second_is_not() -> None:
    assert not [*asterisk.clock("pbx", "1000.5", lambda: 1001.0)]
    assert checks([*asterisk.clock("pbx", "1000.5", lambda: 4600.5)]) == ["clock"]


def test_an_engine_that_dies_again_and_again_is_told_while_callers_are_kept_from_it() -> None:
    assert checks([*asterisk.dying("pbx", "1008.0", "1000.5")]) == ["restless"]
    for kept in ("", "1000.0", "4600.0", "nada"):
        assert not [*asterisk.dying("pbx", kept, "1000.5")]


def test_a_broken_flow_file_is_told(tmp_path: Path) -> None:
    policy, found = flows.read(tmp_path)
    assert policy is None
    assert set(checks(found)) == {"flows"}


def test_an_agent_whose_skills_nobody_asks_for_is_named() -> None:
    policy = load(SHIPPED_FLOWS)
    ana = AgentProfile(id=AgentId("ana"), name="Ana", skills={SkillName("juridico"): 3}, devices=())
    lost = replace(ana, id=AgentId("eva"), skills={SkillName("cocina"): 5})
    assert [one.where for one in flows.unasked([ana, lost], policy)] == ["eva"]


def test_s1_a_skill_that_ends_within_a_month_is_told() -> None:
    crisis, now = SkillName("crisis"), datetime(2026, 12, 1, tzinfo=UTC)
    ana = AgentProfile(id=AgentId("ana"), name="Ana", skills={crisis: 3}, devices=())
    soon = replace(ana, validity={crisis: Validity(ends=now + timedelta(days=12))})
    late = replace(ana, validity={crisis: Validity(ends=now + timedelta(days=31))})
    (found,) = flows.running_out([ana, soon, late], now)
    assert found.what == "The skill crisis of this agent ends in 12 days."


def test_a_damaged_roster_is_told_and_left_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "roster.json"
    file.write_text("{")
    agents, found = flows.roster(file)
    assert not agents
    assert checks(found) == ["roster"]
    assert file.read_text() == "{"


async def test_a_carrier_that_is_silent_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        carrier = Address(host="127.0.0.1", port=mute.getsockname()[1])
        found = await trunk.reachable(carrier, timedelta(milliseconds=50))
    assert checks(found) == ["trunk"]


async def test_a_carrier_that_refuses_options_is_there() -> None:
    class Carrier(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            assert data.startswith(b"OPTIONS sip:")
            self.transport.sendto(b"SIP/2.0 403 Forbidden\r\n\r\n", addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Carrier, local_addr=("127.0.0.1", 0)
    )
    host, port = transport.get_extra_info("sockname")
    try:
        assert not await trunk.reachable(Address(host=host, port=port))
    finally:
        transport.close()


def test_an_engine_that_runs_and_says_nothing_is_told_and_one_that_does_not_run_is_not(
    tmp_path: Path,
) -> None:
    assert engine.frozen(tmp_path) == []
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "engine.sock"))
        mute.listen()
        found = engine.frozen(tmp_path, within=0.05)
    assert checks(found) == ["engine"]
    assert "does not answer" in found[0].what
    assert "start it again" in found[0].remedy


async def test_a_database_that_is_away_is_told() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        dsn = f"postgresql://x@127.0.0.1:{unheard.getsockname()[1]}/x"
        assert checks(await database.migrated(dsn, MIGRATIONS)) == ["database"]
