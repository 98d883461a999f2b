"""The telephones of the acceptance tests are themselves tested: by calling each other."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from router import errors
from router.folders import cache_folder
from router.standalone.debian import ensure
from router.standalone.phone_events import (
    AudioArrived,
    Cancelled,
    Closed,
    DigitBegan,
    DigitEnded,
    Established,
    Ringing,
)
from router.standalone.phones import Answer, Handset, Phone, switched_on
from router.standalone.programs import Prefix
from router.standalone.refusals import refusing
from router.standalone.rtp import rtp_end
from router.standalone.sipp import run_load
from router.standalone.tone import heard, longest_silence, sounds

SOON = timedelta(seconds=10)
AT_ONCE = timedelta(seconds=1)
# Two recordings of 20 ms grain, by telephones that give way to all else on the machine.
GRAIN = timedelta(milliseconds=500)
CALLER = "5512340001"
MOBILES = ["+525512345678", "+525512345679"]


@pytest.fixture(scope="session")
def prefix() -> Prefix:
    """The programs; fetched at the first run ever."""
    return ensure(cache=cache_folder(os.environ))


@pytest.fixture
async def caller(prefix: Prefix, tmp_path: Path) -> AsyncIterator[Phone]:
    async with Phone.start(prefix, name=CALLER, folder=tmp_path, address="127.0.0.2") as phone:
        yield phone


@contextmanager
def frozen(phone: Phone) -> Iterator[None]:
    os.kill(phone.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(phone.pid, signal.SIGCONT)


@pytest.fixture
async def ana(prefix: Prefix, tmp_path: Path) -> AsyncIterator[Phone]:
    async with Phone.start(prefix, name="ana", folder=tmp_path, tone_hz=523) as phone:
        yield phone


async def test_caller_and_agent_hear_each_other_until_the_end(caller: Phone, ana: Phone) -> None:
    await caller.dial(ana.uri)
    await ana.incoming(within=SOON)
    up = await ana.accept()
    await caller.wait_for(Established, within=SOON)
    await caller.hears(523, within=SOON)
    await ana.hears(440, within=SOON)
    await ana.hang_up()
    over = await caller.wait_for(Closed, within=SOON)

    for phone, hz in ((caller, 523), (ana, 440)):
        recording = phone.recording()
        (span,) = heard(recording, hz)
        assert timedelta(seconds=span.start - up.at) < GRAIN
        assert timedelta(seconds=over.at - span.end) < GRAIN
        assert longest_silence(recording) < GRAIN
        assert not heard(recording, 660)


async def test_silence_is_seen_where_the_far_end_stops_sending(caller: Phone, ana: Phone) -> None:
    await caller.dial(ana.uri)
    await ana.take_call(within=SOON)
    await caller.hears(523, within=SOON)
    frozen_at = asyncio.get_running_loop().time()
    with frozen(ana):
        while caller.recording().end < frozen_at + 1:
            await caller.more_to_hear()
    await caller.hears(523, within=SOON, since=frozen_at + 1)

    recording = caller.recording()
    assert longest_silence(recording) > timedelta(seconds=0.8)
    assert not sounds(recording.between(frozen_at + 0.3, frozen_at + 0.9))


async def test_the_number_in_from_is_the_callers_and_headers_can_be_read(
    caller: Phone, ana: Phone
) -> None:
    dialled = await caller.dial(ana.uri)
    call = await ana.incoming(within=SOON)
    assert CALLER in call.from_header
    assert "p-asserted-identity" not in call.headers
    assert call.call_id == dialled.call_id
    assert timedelta(seconds=call.at - dialled.at) < AT_ONCE


async def test_digits_arrive_one_by_one_as_they_were_pressed(caller: Phone, ana: Phone) -> None:
    await caller.dial(ana.uri)
    await ana.take_call(within=SOON)
    await caller.wait_for(Established, within=SOON)
    await caller.press("1*#0")
    pressed = [(await ana.wait_for(DigitEnded, within=SOON)).digit for _ in range(4)]
    assert pressed == ["1", "*", "#", "0"]


async def test_phone_stops_ringing_as_soon_as_the_caller_gives_up(
    caller: Phone, ana: Phone
) -> None:
    await caller.dial(ana.uri)
    await ana.incoming(within=SOON)
    await caller.wait_for(Ringing, within=SOON)
    given_up = asyncio.get_running_loop().time()
    await caller.hang_up()
    stopped = await ana.wait_for(Cancelled, within=SOON)
    assert timedelta(seconds=stopped.at - given_up) < AT_ONCE
    await ana.wait_for(Closed, within=SOON)
    assert not ana.seen(Established)


async def test_agent_declines_and_can_be_called_again(caller: Phone, ana: Phone) -> None:
    await caller.dial(ana.uri)
    await ana.incoming(within=SOON)
    await ana.reject()
    refused = await caller.wait_for(Closed, within=SOON)
    assert refused.status == 486
    await caller.dial(ana.uri)
    await ana.take_call(within=SOON)
    await caller.hears(523, within=SOON)


async def test_each_call_has_a_recording_of_its_own(caller: Phone, ana: Phone) -> None:
    for _ in range(2):
        await caller.dial(ana.uri)
        up = await ana.take_call(within=SOON)
        await caller.hears(523, within=SOON, since=up.at)
        await caller.hang_up()
        await ana.wait_for(Closed, within=SOON)
        await caller.wait_for(Closed, within=SOON)
    first, second = caller.recordings
    assert first.end < second.start
    assert heard(first, 523)
    assert heard(second, 523)


@pytest.mark.parametrize("status", [404, 503, 603])
async def test_phone_that_refuses_says_what_it_was_told_to(
    prefix: Prefix, tmp_path: Path, caller: Phone, status: int
) -> None:
    async with refusing(prefix, name="eva", status=status, folder=tmp_path) as eva:
        for calls in (1, 2):
            await caller.dial(eva.uri)
            closed = await caller.wait_for(Closed, within=SOON)
            assert closed.status == status
            assert eva.invited() == calls


async def test_phone_that_ignores_calls_never_rings(
    prefix: Prefix, tmp_path: Path, caller: Phone
) -> None:
    async with refusing(prefix, name="eva", status=None, folder=tmp_path) as eva:
        await caller.dial(eva.uri)
        with pytest.raises(errors.PhoneWaitedInVain, match=CALLER):
            await caller.wait_for(Ringing, within=timedelta(seconds=0.7))
        assert eva.invited() == 1


async def test_mobiles_behind_one_carrier_have_their_own_calls_and_tones(
    prefix: Prefix, tmp_path: Path, caller: Phone
) -> None:
    handsets = [
        Handset(name=number, tone_hz=hz) for number, hz in zip(MOBILES, (587, 659), strict=True)
    ]
    async with (
        switched_on(prefix, handsets, folder=tmp_path, address="127.0.0.3") as mobiles,
        Phone.start(prefix, name="5512340002", folder=tmp_path, address="127.0.0.2") as other,
    ):
        first, second = (mobiles[number] for number in MOBILES)
        await caller.dial(first.uri)
        await first.take_call(within=SOON)
        await other.dial(second.uri)
        await second.take_call(within=SOON)
        await caller.hears(587, within=SOON)
        await other.hears(659, within=SOON)
        await first.hang_up()
        await caller.wait_for(Closed, within=SOON)
        later = other.recording().end
        await other.hears(659, within=SOON, since=later)
        assert not heard(other.recording(), 587)


async def test_mobile_waits_for_the_whisper_before_it_presses_1(
    prefix: Prefix, tmp_path: Path, caller: Phone
) -> None:
    mobile = Handset(name=MOBILES[0], tone_hz=587)
    async with switched_on(prefix, [mobile], folder=tmp_path, address="127.0.0.3") as mobiles:
        agent = mobiles[MOBILES[0]]
        await caller.dial(agent.uri)
        await agent.take_call(within=SOON, confirm_with="1")
        confirmed = await caller.wait_for(DigitEnded, within=SOON)
        assert confirmed.digit == "1"
        assert agent.seen(AudioArrived)


async def test_answering_machine_greets_and_never_presses_anything(
    prefix: Prefix, tmp_path: Path, caller: Phone
) -> None:
    async with Phone.start(
        prefix, name="eva", folder=tmp_path, tone_hz=330, greets=True, answer=Answer.AT_ONCE
    ) as machine:
        await caller.dial(machine.uri)
        await caller.wait_for(Established, within=SOON)
        greeting = await caller.hears(within=SOON)
        await caller.hears(330, within=SOON, since=greeting.end + 0.5)
        assert not caller.seen(DigitEnded)


async def test_phones_end_with_whoever_switched_them_on_even_if_that_was_killed(
    prefix: Prefix, tmp_path: Path
) -> None:
    program = f"""
import asyncio
from pathlib import Path
from router.standalone.phones import Phone
from router.standalone.programs import Prefix, Version
async def main():
    prefix = {prefix!r}
    async with Phone.start(prefix, name="ana", folder=Path({str(tmp_path)!r})) as ana:
        print(ana.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
""".replace("PosixPath", "Path")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    phone = os.pidfd_open(int(await process.stdout.readline()))
    try:
        process.kill()
        await process.wait()
        # Readable: that process has ended.
        assert select.select([phone], [], [], SOON.total_seconds())[0]
    finally:
        os.close(phone)


async def test_a_dozen_phones_talk_at_once(prefix: Prefix, tmp_path: Path) -> None:
    async with AsyncExitStack() as rooms:
        pairs = [
            (
                await rooms.enter_async_context(
                    Phone.start(prefix, name=f"551234{index:04d}", folder=tmp_path)
                ),
                await rooms.enter_async_context(
                    Phone.start(
                        prefix,
                        name=f"agent{index}",
                        folder=tmp_path,
                        tone_hz=600 + 60 * index,
                        answer=Answer.AT_ONCE,
                    )
                ),
            )
            for index in range(6)
        ]
        await asyncio.gather(*(caller.dial(agent.uri) for caller, agent in pairs))
        await asyncio.gather(
            *(caller.hears(agent.handset.tone_hz, within=SOON) for caller, agent in pairs)
        )
        for caller, _ in pairs:
            assert longest_silence(caller.recording()) < GRAIN


async def test_sipp_calls_and_an_end_of_ours_speaks_presses_and_times_each_packet(
    prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        Phone.start(prefix, name="ana", folder=tmp_path, tone_hz=523, answer=Answer.AT_ONCE) as ana,
        rtp_end("127.0.0.2", hz=440) as end,
        asyncio.TaskGroup() as group,
    ):
        load = group.create_task(
            run_load(
                prefix,
                target=ana.address,
                number="ana",
                folder=tmp_path,
                rate=1,
                calls=1,
                talk_for=timedelta(seconds=1.5),
                media_ports=[end.port],
            )
        )
        up = await ana.wait_for(Established, within=SOON)
        first = await end.hears(within=SOON, since=up.at, what=lambda packet: packet.holds(523))
        assert timedelta(seconds=first.at - up.at) < AT_ONCE
        pressed_at = asyncio.get_running_loop().time()
        ended_at = await end.press("7", lasts=timedelta(milliseconds=100))
        began = await ana.wait_for(DigitBegan, within=SOON)
        assert began.digit == "7"
        # How long it lasted is for the end to say: a busy telephone tells late of when it began.
        assert timedelta(milliseconds=99) < timedelta(seconds=ended_at - pressed_at) < AT_ONCE
        assert pressed_at < began.at
        await ana.hears(440, within=SOON)
    assert (load.result().succeeded, load.result().failed) == (1, 0)
    assert len(load.result().answer_times) == 1


async def test_load_that_nobody_answers_is_told_as_failed(prefix: Prefix, tmp_path: Path) -> None:
    async with refusing(prefix, name="eva", status=503, folder=tmp_path) as eva:
        result = await run_load(
            prefix,
            target=eva.address,
            number="eva",
            folder=tmp_path,
            rate=20,
            calls=3,
            talk_for=timedelta(seconds=0.1),
        )
    assert (result.succeeded, result.failed) == (0, 3)
    assert result.answered_within(0.99) == timedelta.max
