"""Agents come and go: the roster, the commands, the short codes, and whose telephone is whose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from router.core.house_records import AgentStateChanged
from router.core.records import CallFinished, CallStarted, OfferMade, PromptRecorded
from router.core.shift_records import WrapUpEnded, WrapUpStarted
from router.core.vocabulary import AgentState, EndedBy
from router.standalone.loopback import free_port
from router.standalone.phone_events import Closed, Established, Registered, RegistrationRefused
from router.standalone.phones import Phone
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import Hotline, Ran, until
from tests.acceptance.people import SOON, Agent, Callers, Shift, hear_each_other, on_shift
from tests.acceptance.practice import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ = 587
EVA = """\
agents:
  - id: eva
    name: Eva
    skills: {plain: 1}
    devices: [{kind: phone, number: "+525512345678"}]
"""
UNKNOWN_HERE = "127.0.0.9"
PART = "espera_juridico-1"
"""A prompt, or what stands before its gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Ana at her desk phone; `state` waits for what becomes of her."""

    hotline: Hotline
    phone: Phone
    shift: Shift

    async def becomes(self, state: AgentState, since: int) -> AgentStateChanged:
        _, record = await self.hotline.feed.first(
            AgentStateChanged,
            within=5,
            since=since,
            where=lambda each: each.agent == "ana" and each.state is state,
        )
        return record

    async def dials_code(self, code: str, state: AgentState) -> None:
        """Dials it, hears a voice, and hangs up."""
        since = self.hotline.feed.position()
        await self.phone.dial(self.hotline.uri(code))
        up = await self.phone.wait_for(Established, within=SOON)
        await self.becomes(state, since)
        await self.phone.hears(within=SOON, since=up.at)
        await self.phone.hang_up()
        await self.phone.wait_for(Closed, within=SOON)


@asynccontextmanager
async def ana_on_shift(
    hotline: Hotline, prefix: Prefix, folder: Path, *, wrap_up: str = "0", logged_in: bool = True
) -> AsyncIterator[Desk]:
    ana = Agent(id="ana", skills="plain: 5", wrap_up=wrap_up)
    async with on_shift(hotline, prefix, folder, ana, logged_in=logged_in) as shift:
        yield Desk(hotline=hotline, phone=shift["ana"], shift=shift)


def states(listed: Ran) -> dict[str, str]:
    assert listed.code == 0, listed.err
    return {each["profile"]["id"]: each["state"] for each in listed.json}


# Commands


async def test_imported_agents_are_logged_out_until_they_log_in(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with ana_on_shift(hotline, prefix, tmp_path, logged_in=False) as desk:
        file = tmp_path / "roster.yaml"
        file.write_text(desk.shift.roster)
        imported = await hotline.runs("agents", "import", str(file))
        assert (imported.code, imported.err) == (0, "")
        assert states(await hotline.runs("agents", "list", "--json")) == {"ana": "logged_out"}
        async with callers.dials(hotline, number("plain"), flow="plain") as caller:
            await caller.waits_in("plain")
            assert not caller.records(OfferMade)
            logged_in = await hotline.runs("agents", "login", "ana")
            assert logged_in.code == 0
            assert "Ana (ana)" in logged_in.said
            await desk.phone.take_call(within=SOON)
            await caller.is_answered_by("ana")


async def test_import_replaces_the_roster_and_leaves_conversations_alone(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        ana_on_shift(hotline, prefix, tmp_path) as desk,
        callers.dials(hotline, number("plain"), flow="plain") as caller,
    ):
        await desk.phone.take_call(within=SOON)
        await caller.is_answered_by("ana")
        imported = await hotline.runs("agents", "import", "-", given=EVA)
        assert imported.code == 0
        assert "eva" in imported.said
        await hear_each_other(caller, desk.phone, HZ)
        await caller.hangs_up()
        over = await caller.first(CallFinished)
        assert over.by is EndedBy.CALLER
        await desk.phone.wait_for(Closed, within=SOON)
        await hotline.has_forgotten_every_call()
        assert states(await hotline.runs("agents", "list", "--json")) == {"eva": "logged_out"}
        logged_in = await hotline.runs("agents", "login", "--all")
        assert logged_in.code == 0


async def test_every_mistake_in_a_roster_is_told_and_nothing_changes(
    hotline: Hotline, tmp_path: Path
) -> None:
    assert (await hotline.runs("agents", "import", "-", given=EVA)).code == 0
    file = tmp_path / "roster.yaml"
    file.write_text(
        "agents:\n"
        "  - {id: ana, name: Ana, skills: {plain: 9}, devices: [{kind: desk}]}\n"
        "  - {id: ana, name: Ana, skills: {}, devices: [{kind: phone, number: 12}]}\n"
    )
    refused = await hotline.runs("agents", "import", str(file))
    assert (refused.code, refused.out) == (1, "")
    lines = refused.said
    assert f"{file}:2:" in lines
    assert f"{file}:3:" in lines
    assert "Traceback" not in lines
    assert states(await hotline.runs("agents", "list", "--json")) == {"eva": "logged_out"}


async def test_unknown_agent_is_refused_in_one_sentence(hotline: Hotline) -> None:
    assert (await hotline.runs("agents", "import", "-", given=EVA)).code == 0
    refused = await hotline.runs("agents", "login", "eve")
    assert (refused.code, refused.out) == (1, "")
    assert "did you mean 'eva'" in refused.said


async def test_pause_resume_and_logout_come_true(
    hotline: Hotline, prefix: Prefix, tmp_path: Path
) -> None:
    async with ana_on_shift(hotline, prefix, tmp_path) as desk:
        since = hotline.feed.position()
        for words, state in (
            (("pause", "ana", "--reason", "lunch"), AgentState.PAUSED),
            (("resume", "ana"), AgentState.READY),
            (("logout", "--all"), AgentState.LOGGED_OUT),
        ):
            assert (await hotline.runs("agents", *words)).code == 0
            await desk.becomes(state, since)


async def test_ready_ends_the_wrap_up(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with ana_on_shift(hotline, prefix, tmp_path, wrap_up="600") as desk:
        async with callers.dials(hotline, number("plain"), flow="plain") as caller:
            await desk.phone.take_call(within=SOON)
            await caller.is_answered_by("ana")
        await caller.first(WrapUpStarted)
        assert (await hotline.runs("agents", "ready", "ana")).code == 0
        ended = await caller.first(WrapUpEnded)
        assert ended.lasted < timedelta(seconds=600)


async def test_a2_who_is_kept_apart_by_a_call_is_not_rung_for_it_until_the_pair_is_lifted(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with ana_on_shift(hotline, prefix, tmp_path) as desk:
        assert (await hotline.runs("agents", "pause", "ana")).code == 0
        async with callers.dials(hotline, number("plain"), flow="plain") as caller:
            await caller.waits_in("plain")
            apart = ("agents", "never-pair", "ana", "--call", caller.call, "--reason", "known")
            async with asyncio.timeout(20):
                while (await hotline.runs(*apart)).code != 0:
                    pass  # who calls is written down behind the call
            assert (await hotline.runs("agents", "resume", "ana")).code == 0
            told = await hotline.runs("why-not", "ana", caller.call)
            assert "kept apart from this caller (A2)" in told.said
            assert not caller.records(OfferMade)
            (pair, *_) = (await hotline.runs("agents", "never-pairs", "--json")).json["pairs"]
            assert (pair["agent"], pair["call"]) == ("ana", caller.call)
            lifted = await hotline.runs("agents", "lift-pair", str(pair["pair"]), "--reason", "no")
            assert lifted.code == 0
            await desk.phone.take_call(within=SOON)
            await caller.is_answered_by("ana")


# Short codes from a desk phone


async def test_short_codes_log_in_pause_resume_and_log_out(
    hotline: Hotline, prefix: Prefix, tmp_path: Path
) -> None:
    async with ana_on_shift(hotline, prefix, tmp_path) as desk:
        await desk.dials_code("*12", AgentState.LOGGED_OUT)
        await desk.dials_code("*11", AgentState.READY)
        for pause in ("*13", "*16"):
            await desk.dials_code(pause, AgentState.PAUSED)
            await desk.dials_code("*14", AgentState.READY)


async def test_short_code_ends_the_wrap_up(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with ana_on_shift(hotline, prefix, tmp_path, wrap_up="600") as desk:
        async with callers.dials(hotline, number("plain"), flow="plain") as caller:
            await desk.phone.take_call(within=SOON)
            await caller.is_answered_by("ana")
        await desk.phone.wait_for(Closed, within=SOON)
        await caller.first(WrapUpStarted)
        await desk.phone.dial(hotline.uri("*15"))
        await desk.phone.wait_for(Established, within=SOON)
        ended = await caller.first(WrapUpEnded)
        assert ended.by is EndedBy.AGENT
        await desk.phone.hang_up()


@pytest.mark.parametrize("dialled", ["5555335533", "525512345678", "*18", "s"])
async def test_desk_phone_can_dial_nothing_else(
    hotline: Hotline, prefix: Prefix, tmp_path: Path, dialled: str
) -> None:
    async with ana_on_shift(hotline, prefix, tmp_path) as desk:
        await desk.phone.dial(hotline.uri(dialled))
        refused = await desk.phone.wait_for(Closed, within=SOON)
        assert refused.status == 404


# Whose telephone it is


async def test_desk_phone_registers_with_the_password_that_show_prints(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    luz = Agent(id="luz", skills="plain: 5", registers=True)
    async with on_shift(hotline, prefix, tmp_path, luz, logged_in=False) as shift:
        (device,) = (await hotline.runs("agents", "show", "luz", "--json")).json["profile"][
            "devices"
        ]
        password = device["password"]
        shown = await hotline.runs("agents", "show", "luz")
        assert password in shown.said
        async with Phone.start(
            prefix,
            name="luz",
            folder=tmp_path,
            tone_hz=HZ,
            registrar=hotline.registrar,
            password=password,
        ) as phone:
            await phone.wait_for(Registered, within=SOON)
            await shift.logs_in("luz")
            async with callers.dials(hotline, number("plain"), flow="plain") as caller:
                await phone.take_call(within=SOON)
                await caller.is_answered_by("luz")
                await hear_each_other(caller, phone, HZ)
        async with Phone.start(
            prefix,
            name="luz",
            folder=tmp_path,
            registrar=hotline.registrar,
            password="another",
        ) as impostor:
            await impostor.wait_for(RegistrationRefused, within=SOON)


async def test_desk_phone_registers_with_the_password_of_the_roster(
    hotline: Hotline, prefix: Prefix, tmp_path: Path
) -> None:
    device = "{kind: desk, password: secreto9}"
    given = f"agents: [{{id: luz, name: Luz, skills: {{plain: 1}}, devices: [{device}]}}]"
    assert (await hotline.runs("agents", "import", "-", given=given)).code == 0
    async with Phone.start(
        prefix, name="luz", folder=tmp_path, registrar=hotline.registrar, password="secreto9"
    ) as phone:
        await phone.wait_for(Registered, within=SOON)


async def test_desk_phone_without_a_password_is_refused_from_another_address(
    hotline: Hotline, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        ana_on_shift(hotline, prefix, tmp_path) as desk,
        Phone.start(
            prefix, name="ana", folder=tmp_path, address=UNKNOWN_HERE, port=free_port(UNKNOWN_HERE)
        ) as impostor,
    ):
        since = hotline.feed.position()
        await impostor.dial(hotline.uri("*12"))
        refused = await impostor.wait_for(Closed, within=SOON)
        assert refused.status in (401, 403)
        await desk.dials_code("*13", AgentState.PAUSED)
        with pytest.raises(TimeoutError):
            await hotline.feed.first(
                AgentStateChanged,
                within=0,
                since=since,
                where=lambda each: each.state is AgentState.LOGGED_OUT,
            )


async def test_stranger_who_is_no_trunk_and_no_agent_reaches_nobody(
    hotline: Hotline, prefix: Prefix, tmp_path: Path
) -> None:
    async with Phone.start(
        prefix,
        name="5587650099",
        folder=tmp_path,
        address=UNKNOWN_HERE,
        port=free_port(UNKNOWN_HERE),
    ) as stranger:
        await stranger.dial(hotline.uri("5555335533"))
        refused = await stranger.wait_for(Closed, within=SOON)
        assert refused.status in (401, 403)


async def test_caller_whose_number_is_an_agents_name_stays_a_caller(
    hotline: Hotline, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        ana_on_shift(hotline, prefix, tmp_path),
        Phone.start(prefix, name="ana", folder=tmp_path, address="127.0.0.2") as caller,
    ):
        since = hotline.feed.position()
        await caller.dial(hotline.uri("*12"))
        _, started = await hotline.feed.first(CallStarted, within=5, since=since)
        assert started.flow == "linea"
        await caller.hang_up()
        floor = await hotline.floor()
        assert [view.state for view in floor.agents] == [AgentState.READY]


# Prompts


async def test_an_agent_says_a_prompt_anew_from_the_desk_phone(
    hotline: Hotline, prefix: Prefix, tmp_path: Path
) -> None:
    listed = (await hotline.runs("prompts", "list", "--json")).json["prompts"]
    number = next(n["number"] for n in listed if (n["language"], n["prompt"]) == ("es", PART))
    ana = Agent(id="ana", skills="plain: 5", records_prompts=True)
    async with on_shift(hotline, prefix, tmp_path, ana, logged_in=False) as shift:
        phone, since = shift["ana"], hotline.feed.position()
        await phone.dial(hotline.uri(f"*50{number}"))
        up = await phone.wait_for(Established, within=SOON)
        # The prompt as it is, and then the tone of recording: what they say is their own tone.
        await phone.hears(within=SOON, since=up.at)
        spool = hotline.folder / "asterisk/spool/recording"
        await until(
            lambda: any(each.stat().st_size > 16_000 for each in spool.glob("*-k*.wav")), within=30
        )
        await phone.press("#")
        _, recorded = await hotline.feed.first(PromptRecorded, within=15, since=since)
        assert (recorded.agent, recorded.prompt, recorded.why) == ("ana", PART, "")
        assert recorded.lasted >= timedelta(seconds=1)
        # They are told that it is there, and let go.
        await phone.wait_for(Closed, within=timedelta(seconds=15))
    taken = await hotline.runs("prompts", "import", "es", PART, "--recorded")
    assert taken.code == 0, taken.err
    built = await hotline.runs("prompts", "build")
    assert "1 recorded ones made anew" in built.said
