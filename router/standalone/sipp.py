"""Many callers at once: SIPp dials at a rate and measures."""

from __future__ import annotations

import asyncio
import csv
import math
import subprocess
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from pathlib import Path
from string import Template
from typing import Protocol

from router import errors
from router.standalone.loopback import free_port, taken
from router.standalone.programs import Program
from router.standalone.tether import tethered
from router.standalone.ulaw import tone

# What each call may take longer than it was meant to, before the whole run is given up.
_GRACE = timedelta(seconds=35)
_ENOUGH_TO_EXPLAIN = 500
_TONE_HZ = 440
_STARTS_WITHIN = 5.0


class Programs(Protocol):
    """Where SIPp is found and how it is run: a `Prefix` does it."""

    def command(self, program: Program, *args: str) -> list[str]: ...

    def environment(self) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    succeeded: int
    failed: int
    failures: Mapping[str, int]
    """How many of which kind, in SIPp's words: FailedUnexpectedMessage, FailedMaxUDPRetrans ..."""
    retransmissions: int
    answer_times: Sequence[timedelta]
    """INVITE to 200 of each call that was answered, in the order of the answers."""

    def answered_within(self, share: float) -> timedelta:
        """The time in which that share of the calls was answered: 0.99 for the 99th percentile."""
        times = sorted(self.answer_times)
        if not times:
            return timedelta.max
        return times[max(0, math.ceil(share * len(times)) - 1)]


async def run_load(
    programs: Programs,
    *,
    target: str,
    folder: Path,
    number: str = "5555335533",
    from_ip: str = "127.0.0.2",
    rate: float,
    calls: int,
    talk_for: timedelta,
    at_once: int | None = None,
    with_tone: bool = False,
    media_ports: Sequence[int] = (),
) -> LoadResult:
    """Dials `number` at `target` (HOST:PORT) `rate` times a second, hangs up after `talk_for`.

    A call that the other end hangs up first counts as failed. `media_ports` are where each call's
    sound is to go, one after the other (`RtpEnd`s of the caller of this); else SIPp takes it, and
    sends 440 Hz if `with_tone`. Raises LoadFailed when SIPp itself gives up.
    """
    callers = [f"{index:08d};{port}" for index, port in enumerate(_ports(media_ports, calls))]
    media, port = "", "[field1]" if media_ports else "[rtpstream_audio_port]"
    if with_tone and not media_ports:
        media = '<nop><action><exec rtp_stream="tone.ulaw,-1,0,PCMU/8000"/></action></nop>'
    limit = talk_for + timedelta(seconds=calls / rate) + _GRACE
    with tempfile.TemporaryDirectory(prefix="sipp-", dir=folder) as own:
        files = Path(own)
        (files / "call.xml").write_text(scenario("call.xml", media=media, port=port))
        (files / "callers.csv").write_text("\n".join(["SEQUENTIAL", *callers]) + "\n")
        (files / "tone.ulaw").write_bytes(tone(_TONE_HZ, timedelta(seconds=1)))
        async with running(
            programs,
            "-sf", "call.xml",
            "-inf", "callers.csv",
            "-s", number,
            "-i", from_ip, "-mi", from_ip, "-p", str(free_port(from_ip)),
            "-min_rtp_port", "40000", "-max_rtp_port", "60000",
            # In tenths, so that slow rates can be told too.
            "-r", str(round(rate * 10)), "-rp", "10s", "-m", str(calls),
            "-l", str(at_once or calls),
            "-d", str(round(talk_for / timedelta(milliseconds=1))),
            "-trace_stat", "-stf", "counts.csv", "-fd", "1",
            "-trace_rtt", "-rtt_freq", "1",
            "-timeout", f"{math.ceil(limit.total_seconds())}s",
            target,
            folder=files,
        ) as process:  # fmt: skip
            async with asyncio.timeout((limit + _GRACE).total_seconds()):
                await process.wait()
        return _result(files, process.returncode)


@asynccontextmanager
async def running(programs: Programs, *args: str, folder: Path) -> AsyncIterator[Process]:
    """SIPp in `folder`; it is gone at the end of the block."""
    with (folder / "output").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *tethered(programs.command("sipp", "-nostdin", "-trace_err", *args)),
            cwd=folder,
            env=programs.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        # Asked politely it would wait for its calls to end.
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def listening(process: Process, address: str, port: int, folder: Path) -> None:
    """Returns when SIPp has its port. Raises LoadFailed if it ends instead."""
    async with asyncio.timeout(_STARTS_WITHIN):
        while not taken(address, port):
            if process.returncode is not None:
                raise errors.LoadFailed(status=process.returncode, detail=explain(folder))
            await asyncio.sleep(0.01)


def scenario(name: str, **values: str) -> str:
    text = resources.files("router.standalone").joinpath("scenarios", name).read_text()
    return Template(text).substitute(values)


def explain(folder: Path) -> str:
    """The beginning of what SIPp complained of, else the end of what it printed."""
    for complaints in folder.glob("*_errors.log"):
        return complaints.read_text(errors="replace")[:_ENOUGH_TO_EXPLAIN].strip()
    output = folder / "output"
    return (
        output.read_text(errors="replace")[-_ENOUGH_TO_EXPLAIN:].strip() if output.exists() else ""
    )


def _ports(given: Sequence[int], calls: int) -> list[int]:
    return [given[index % len(given)] if given else 0 for index in range(calls)]


def _result(folder: Path, status: int | None) -> LoadResult:
    counts = folder / "counts.csv"
    rows = _rows(counts) if counts.exists() else []
    # 0: all calls well; 1: some failed; anything else: SIPp did not do its work.
    if status not in (0, 1) or not rows:
        raise errors.LoadFailed(status=status, detail=explain(folder))
    last = rows[-1]
    failures = {
        name.removesuffix("(C)"): int(value)
        for name, value in last.items()
        if name.startswith("Failed") and name.endswith("(C)") and int(value)
    }
    failed = failures.pop("FailedCall", 0)
    times = [
        timedelta(milliseconds=float(row["response_time_ms"]))
        for found in folder.glob("*_rtt.csv")
        for row in _rows(found)
        if row["rtd_no"] == "answer"
    ]
    return LoadResult(
        succeeded=int(last["SuccessfulCall(C)"]),
        failed=failed,
        failures=failures,
        retransmissions=int(last["Retransmissions(C)"]),
        answer_times=times,
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))
