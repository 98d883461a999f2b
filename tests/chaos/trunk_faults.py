"""The carrier dies: the second one calls telephones, and nobody talks to a ghost for ever."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from secrets import token_hex

from router.core.records import AgentLost, Answered, OfferPickedUp, Queued
from router.probe.sip_message import SipMessage
from router.standalone.asterisk import CONFIGURATION
from router.standalone.loopback import free_port
from router.standalone.phones import Answer, Handset, Phone, switched_on
from tests.acceptance.people import AGENTS_HZ, MAIN_LINE, SOON, Caller, hear_each_other
from tests.chaos.agents import PRESSES_EVERY
from tests.chaos.asterisk_faults import as_expected
from tests.chaos.lines import number
from tests.chaos.rows import Harm, Row, when

DEAD_CARRIER = "127.0.0.7"
"""Where the calls of the carrier that dies come from."""
SECOND_CARRIER = "127.0.0.6"
REACHED = "by the second trunk"
GIVEN_UP_WITHIN = 20.0
NOTICED_WITHIN = 25.0
"""Asked every 10 s, 3 s to answer, and no audio for 6 s; and a slow machine."""
GHOSTS_GONE_WITHIN, A_LOOK = 120.0, 2.0


@dataclass(slots=True, kw_only=True)
class Ghost:
    """A caller of the dead carrier, by their Call-ID: no answer, no packet, no BYE."""

    call_id: str = field(default_factory=lambda: token_hex(8))

    async def dials(self, to: str, host: str, port: int) -> socket.socket:
        """Is put through, and says nothing more on the socket, which must stay open."""
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.bind((DEAD_CARRIER, 0))
        own.setblocking(False)
        loop = asyncio.get_running_loop()
        where = f"{DEAD_CARRIER}:{own.getsockname()[1]}"
        sound = f"v=0\r\no=- 1 1 IN IP4 {DEAD_CARRIER}\r\ns=-\r\nc=IN IP4 {DEAD_CARRIER}\r\n"
        sound += "t=0 0\r\nm=audio 9 RTP/AVP 0\r\n"

        def request(method: str, remote: str, body: str) -> bytes:
            return (
                f"{method} sip:{to}@{host} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {where};branch=z9hG4bK{token_hex(8)}\r\n"
                f"From: <sip:5587651234@{DEAD_CARRIER}>;tag=g\r\nTo: {remote}\r\n"
                f"Call-ID: {self.call_id}\r\nCSeq: 1 {method}\r\nContact: <sip:g@{where}>\r\n"
                "Max-Forwards: 70\r\nSupported: timer\r\nSession-Expires: 120\r\n"
                "Content-Type: application/sdp\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode()

        own.sendto(request("INVITE", f"<sip:{to}@{host}>", sound), (host, port))
        async with asyncio.timeout(SOON.total_seconds()):
            while True:
                answer = SipMessage.parse(await loop.sock_recv(own, 1 << 16), (host, port))
                if answer.is_final:
                    assert answer.status == 200, answer.start
                    own.sendto(request("ACK", answer.header("to"), ""), (host, port))
                    return own


async def first_carrier_dies(harm: Harm) -> None:
    """Its callers become ghosts, and agents' telephones behind it are silent; another one lives."""
    site, second = harm.house.site, f"{SECOND_CARRIER}:{free_port(SECOND_CARRIER, and_next=True)}"
    (mac,) = [each for each in harm.scene.shift.agents if each.id == "mac"]
    there = Handset(name=mac.mobile, tone_hz=AGENTS_HZ[-1], answer=Answer.AT_ONCE)
    phones = harm.hotline.folder / "second"
    phones.mkdir()
    async with AsyncExitStack() as ends:
        behind = await ends.enter_async_context(
            switched_on(
                harm.house.stack.prefix,
                [there],
                folder=phones,
                address=SECOND_CARRIER,
                port=int(second.rpartition(":")[2]),
            )
        )
        await ends.enter_async_context(_two_trunks(harm, second))
        ghosts = [Ghost(), Ghost()]
        for ghost, to in zip(ghosts, (MAIN_LINE, number("espera")), strict=True):
            ends.callback((await ghost.dials(to, site.sip_host, site.sip_port)).close)
        await when(lambda: _are_there(harm, ghosts), within=5)
        behind_it = await _talks_behind_the_first(harm)
        died_at = time.monotonic()
        ends.enter_context(_stopped(harm.scene.shift["bea"].pid))
        await behind_it.first(AgentLost, within=NOTICED_WITHIN)
        silent = f"was silent for {time.monotonic() - died_at:.1f} s, then heard so and waited"
        harm.remarks.append(f"who talked to an agent behind the dead trunk {silent}")
        await behind_it.first(Queued, where=lambda each: each.again)
        await behind_it.phone.hears(within=SOON, since=time.monotonic())
        await behind_it.hangs_up()
        await when(lambda: _is_given_up(harm), within=GIVEN_UP_WITHIN)
        harm.remarks.append(f"the dead trunk is given up after {time.monotonic() - died_at:.1f} s")
        await _reached_by_the_second(harm, behind[mac.mobile])
        left = died_at + GHOSTS_GONE_WITHIN + A_LOOK - time.monotonic()
        try:
            await when(lambda: _are_gone(harm, ghosts), within=left)
            harm.remarks.append(f"its ghosts are gone {time.monotonic() - died_at:.0f} s after it")
        except TimeoutError:
            harm.remarks.append(f"UNLIKE: a ghost is there {GHOSTS_GONE_WITHIN:.0f} s later")


async def _talks_behind_the_first(harm: Harm) -> Caller:
    """Of whom the census knows nothing more: their silence is as long as it takes to notice."""
    caller = harm.scene.people.pop("whisper").caller
    bea = harm.scene.shift["bea"]
    await _presses_1(bea, caller)
    await hear_each_other(caller, bea, bea.handset.tone_hz)
    return caller


async def _presses_1(phone: Phone, caller: Caller) -> None:
    async with asyncio.timeout(2 * SOON.total_seconds()):
        while not caller.records(Answered):
            await phone.press("1")
            await asyncio.sleep(PRESSES_EVERY.total_seconds())


async def _reached_by_the_second(harm: Harm, phone: Phone) -> None:
    """The agent at the telephone presses 1, and the two hear each other."""
    await harm.scene.shift.logs_in("mac")
    caller = await harm.scene.dials(REACHED, "multitud")
    await phone.incoming(within=2 * SOON)
    await caller.first(OfferPickedUp, within=SOON.total_seconds())
    await _presses_1(phone, caller)
    await hear_each_other(caller, phone, phone.handset.tone_hz)
    await harm.scene.hang_up(REACHED)


@asynccontextmanager
async def _two_trunks(harm: Harm, second: str) -> AsyncIterator[None]:
    """The second carrier of pjsip_trunk.conf, put in as an operator does, with calls going on."""
    file = harm.hotline.folder / "asterisk/etc/pjsip_trunk.conf"
    one = file.read_text()
    two = one.replace(";contact = sip:second-carrier.example:5060", f"contact = sip:{second}")
    two = two.replace(";qualify_frequency = 10", "qualify_frequency = 10")
    two = two.replace(";qualify_timeout = 3", "qualify_timeout = 3")
    two = two.replace(";match = second-carrier.example", f"match = {DEAD_CARRIER}")
    assert len(two.splitlines()) == len(one.splitlines())
    assert second in two
    assert f"\nmatch = {DEAD_CARRIER}" in two
    file.write_text(two)
    await _asterisk(harm, "module reload res_pjsip.so")
    try:
        await when(lambda: _both_answer(harm), within=GIVEN_UP_WITHIN)
        yield
    finally:
        file.write_text(one)
        await _asterisk(harm, "module reload res_pjsip.so")


async def _both_answer(harm: Harm) -> bool:
    return (await _contacts(harm)).count("Avail") == 2


async def _is_given_up(harm: Harm) -> bool:
    return "Unavail" in await _contacts(harm)


async def _contacts(harm: Harm) -> list[str]:
    """The states of the trunk's contacts, as Asterisk shows them."""
    shown = await _asterisk(harm, "pjsip show aor trunk")
    return re.findall(
        r"^\s*Contact:\s+trunk/sip:\S+\s+\S*\s+(Avail|Unavail)\b", shown, re.MULTILINE
    )


async def _asterisk(harm: Harm, command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *harm.house.stack.prefix.command("asterisk", "-C", CONFIGURATION, "-rx", command),
        cwd=harm.hotline.folder / "asterisk",
        env=harm.house.stack.prefix.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return out.decode(errors="replace")


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    """No packet comes from it, and none is answered."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def _are_there(harm: Harm, ghosts: Sequence[Ghost]) -> bool:
    channels = harm.census.sightings[-1].channels or {}
    return all(harm.census.channel_of.get(each.call_id) in channels for each in ghosts)


async def _are_gone(harm: Harm, ghosts: Sequence[Ghost]) -> bool:
    channels = harm.census.sightings[-1].channels
    if channels is None:
        return False
    return not any(harm.census.channel_of[each.call_id] in channels for each in ghosts)


ROWS = (
    Row(
        name="trunk-dead",
        fault="trunk death",
        how="the carrier's telephones are stopped, its callers vanish",
        must_hold="second trunk; ghosts <= 120 s",
        strike=first_carrier_dies,
        recovers_within=3.0,
        judge=as_expected,
    ),
)
