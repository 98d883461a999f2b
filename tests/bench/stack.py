"""The stack that is measured: the shipped one, its prompts as tones, and the floors beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import wave
from array import array
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from router.adapters.control.client import ANSWERED_WITHIN, ControlClient
from router.adapters.control.protocol import LogIn, LogOut
from router.adapters.flow_files import prompt_texts
from router.config import SHIPPED_FLOWS, load
from router.core.vocabulary import AgentId
from router.standalone import asterisk, asterisk_folder, debian, postgres, prompts
from router.standalone.engine_process import EngineProcess
from router.standalone.loopback import free_port
from router.standalone.programs import Prefix
from router.standalone.sipp import LoadResult, run_load
from router.standalone.site import Site, private_site
from router.standalone.speech import Speech
from router.standalone.ulaw import decoded, tone

CALLERS, CARRIER = "127.0.0.2", "127.0.0.3"
CALLER_HZ, AGENT_HZ = 440, 620
FLOORS = Path(__file__).parent / "floors"

HERE: Mapping[tuple[str, str], tuple[int, float]] = {
    ("es", "saludo"): (800, 3.0),
    ("es", "menu"): (1000, 3.0),
    ("en", "menu"): (1200, 3.0),
    ("es", "aviso"): (1400, 0.3),
    ("en", "aviso"): (1400, 0.3),
    ("es", "susurro_extorsion"): (1600, 3.0),
    ("es", "gracias"): (1800, 0.3),
    ("es", "saludo_trata"): (2000, 0.3),
}
"""What is said in a tone (Hz, seconds), so that 20 ms of it tell which prompt it is."""

DESKS = ("desk1", "desk2", "desk3")
MOBILES = ("mobile1", "mobile2", "mobile3")
FLOOR_DESKS = ("floor1", "floor2", "floor3")
ROOM_DESKS = tuple(f"room{n}" for n in range(1, 51))
QUEUE_DESKS = tuple(f"queue{n}" for n in range(1, 51))
"""Fifty agents of the hotline, and fifty of app_queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything is up; nobody is on shift but the floors' phones."""

    folder: Path
    site: Site
    prefix: Prefix
    engine: EngineProcess
    asterisk_pid: int
    desk_port: int
    carrier_port: int

    @property
    def sip(self) -> tuple[str, int]:
        return self.site.sip_host, self.site.sip_port

    @property
    def number(self) -> str:
        return self.site.hotline_number

    async def log_in(self, agents: Sequence[str]) -> None:
        """Returns once they can be offered calls; their phones must answer by then."""
        await self._shift(LogIn(agents=tuple(map(AgentId, agents))))

    async def log_out(self, agents: Sequence[str]) -> None:
        await self._shift(LogOut(agents=tuple(map(AgentId, agents))))

    async def _shift(self, request: LogIn | LogOut) -> None:
        change = await asyncio.to_thread(ControlClient(self.folder).change_shift, request)
        for hindrance in change.hindrances:
            raise RuntimeError(f"{hindrance.agent} {hindrance.what}")

    async def load(
        self, calls: int, *, rate: int, talk_for: timedelta, number: str | None = None
    ) -> LoadResult:
        """So many callers, one after the other, who say nothing; by default to the main line."""
        host, port = self.sip
        return await run_load(
            self.prefix,
            target=f"{host}:{port}",
            folder=self.folder,
            number=number or self.number,
            from_ip=CALLERS,
            rate=rate,
            calls=calls,
            talk_for=talk_for,
        )

    def queued(self, *, answered_within: float = ANSWERED_WITHIN) -> int:
        """How many callers stand in a queue; asks the engine."""
        desk = ControlClient(self.folder, answered_within=answered_within)
        return sum(call.queue is not None for call in desk.floor().calls)

    async def floor_in_short(self) -> str:
        """How many callers are at which stage and agents in which state, for whoever asks why."""
        floor = await asyncio.to_thread(ControlClient(self.folder).floor)
        stages = Counter(str(call.stage) for call in floor.calls)
        states = Counter(agent.state.value for agent in floor.agents)
        return f"callers {dict(stages)}, agents {dict(states)}"

    async def import_roster(self) -> None:
        desk = "{{kind: desk, address: 'sip:{0}@127.0.0.1:{1}'}}"
        agents = [
            *((name, "juridico: 3", desk.format(name, self.desk_port)) for name in DESKS),
            *(
                (name, "extorsion: 3", f"{{kind: phone, number: '{mobile_number(name)}'}}")
                for name in MOBILES
            ),
            *(
                (name, "piso: 1", desk.format(name, self.desk_port))
                for name in (*FLOOR_DESKS, *QUEUE_DESKS)
            ),
            *((name, "trata: 3", desk.format(name, self.desk_port)) for name in ROOM_DESKS),
        ]
        lines = [
            f"  - {{id: {name}, name: {name}, skills: {{{skills}}}, devices: [{device}], "
            "wrap_up: 0}"
            for name, skills, device in agents
        ]
        text = "\n".join(["agents:", *lines, ""])
        await asyncio.to_thread(ControlClient(self.folder).import_roster, text, "the bench")


def mobile_number(name: str) -> str:
    """Of an agent's telephone behind the carrier."""
    return f"+52558000000{name[-1]}"


@asynccontextmanager
async def bench_stack() -> AsyncIterator[Bench]:
    """Up until the block ends; no process and no file is left."""
    settings = load({}, environment=_without_settings()).settings
    folder = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    try:
        prefix = await asyncio.to_thread(
            debian.ensure, cache=settings.cache_dir, mirror=settings.debian_mirror
        )
        carrier_port = free_port(CARRIER)
        site = private_site(carrier=f"{CARRIER}:{carrier_port}")
        database = await asyncio.to_thread(postgres.start, folder / "postgres", free_port())
        await asyncio.to_thread(_furnish, folder, site, prefix, settings.cache_dir)
        asterisk_pid = await asyncio.to_thread(asterisk.start, folder, site, prefix=prefix)
        engine = EngineProcess(folder, _environment(folder, site, database.dsn), site)
        await engine.start()
        await engine.ready()
        bench = Bench(
            folder=folder,
            site=site,
            prefix=prefix,
            engine=engine,
            asterisk_pid=asterisk_pid,
            desk_port=free_port(),
            carrier_port=carrier_port,
        )
        await bench.import_roster()
        yield bench
    finally:
        await asyncio.to_thread(_put_away, folder)


def _put_away(folder: Path) -> None:
    EngineProcess.stop_any(folder)
    asterisk.stop(folder)
    postgres.stop(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


def _furnish(folder: Path, site: Site, prefix: Prefix, cache: Path) -> None:
    asterisk_folder.render(folder, site, prefix=prefix)
    for addition in FLOORS.glob("*.conf"):
        with (folder / "asterisk/etc" / addition.name).open("a") as file:
            file.write(addition.read_text())
            if addition.name == "queues.conf":
                file.writelines(f"member => PJSIP/{name}\n" for name in QUEUE_DESKS)
    recorded = folder / "tones"
    for (language, prompt), (hz, lasts) in HERE.items():
        _record(recorded / language / f"{prompt}.wav", hz, lasts)
    prompts.build(
        prompt_texts(SHIPPED_FLOWS),
        folder / "sounds",
        speech=Speech(prefix=prefix),
        cache=cache,
        recorded=recorded,
    )


def _record(file: Path, hz: int, lasts: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    samples: array[int] = decoded(tone(hz, timedelta(seconds=lasts)))
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples.tobytes())


def _environment(folder: Path, site: Site, database: str) -> Mapping[str, str]:
    return {
        **_without_settings(),
        "HOTLINE_STATE_DIR": str(folder),
        "HOTLINE_HOURS": "day",
        "HOTLINE_ARI_URL": site.ari_url,
        "HOTLINE_ARI_PASSWORD": site.ari_password,
        "HOTLINE_AMI_HOST": site.control_host,
        "HOTLINE_AMI_PORT": str(site.ami_port),
        "HOTLINE_AMI_PASSWORD": site.ami_password,
        "HOTLINE_DATABASE": database,
        **{name: value for name, value in os.environ.items() if name == "HOTLINE_LOG_FORMAT"},
    }


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
