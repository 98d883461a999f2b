"""The stack to which harm is done: the shipped one, with fault proxies around its engine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from router.adapters.flow_files import prompt_texts
from router.folders import cache_folder
from router.standalone import asterisk, asterisk_folder, postgres, private_stack, prompts
from router.standalone.debian import DEFAULT_MIRROR
from router.standalone.demo.feed import Feed
from router.standalone.engines import Engines
from router.standalone.guard_process import GuardProcess
from router.standalone.loopback import free_port
from router.standalone.programs import Prefix
from router.standalone.site import Site, private_site
from router.standalone.speech import Speech
from tests.acceptance.hotline_up import CARRIER_ADDRESS, Hotline
from tests.chaos.lines import write_flows
from tests.chaos.proxy import FaultProxy, fault_proxy


@dataclass(slots=True, kw_only=True)
class House:
    """What is harmed, and by what. `said`: what its supervisor told."""

    hotline: Hotline
    stack: private_stack.Stack
    flows: Path
    ari: FaultProxy
    ami: FaultProxy
    database: FaultProxy
    said: list[str] = field(default_factory=list)
    scenes: int = 0
    """How many were played on it."""

    @property
    def site(self) -> Site:
        return self.stack.site


@asynccontextmanager
async def house(folder: Path, prefix: Prefix, **site: str | int) -> AsyncIterator[House]:
    """Up until the block ends; the supervisor is the shipped one. `site`: what differs in it."""
    state, cache = folder / "state", cache_folder(os.environ)
    state.mkdir(mode=0o700)
    flows = write_flows(folder / "ivr")
    where = replace(
        private_site(carrier=f"{CARRIER_ADDRESS}:{free_port(CARRIER_ADDRESS)}"),
        **site,  # type: ignore[arg-type]  # of the names that a site has
    )
    async with AsyncExitStack() as ends:
        ends.callback(private_stack.put_away, state)
        database = await asyncio.to_thread(postgres.start, state / "postgres", free_port())
        await asyncio.to_thread(_furnish, state, where, prefix, flows, cache)
        asterisk_pid = await asyncio.to_thread(asterisk.start, state, where, prefix=prefix)
        ari, ami, data = [
            await ends.enter_async_context(fault_proxy((where.control_host, port)))
            for port in (where.http_port, where.ami_port, urlsplit(database.dsn).port or 0)
        ]
        environment = {
            **_without_settings(),
            "HOTLINE_STATE_DIR": str(state),
            "HOTLINE_IVR_DIR": str(flows),
            "HOTLINE_HOURS": "day",
            "HOTLINE_NODE": "n1",
        }
        engines = Engines(
            state,
            {
                **environment,
                "HOTLINE_ARI_URL": f"http://{where.control_host}:{ari.port}",
                "HOTLINE_ARI_PASSWORD": where.ari_password,
                "HOTLINE_AMI_PORT": str(ami.port),
                "HOTLINE_AMI_PASSWORD": where.ami_password,
                "HOTLINE_DATABASE": _at_port(database.dsn, data.port),
            },
            where,
            standby=False,
            restart=True,
        )
        guard = GuardProcess(
            state,
            {
                **environment,
                "HOTLINE_AMI_PORT": str(where.ami_port),
                "HOTLINE_GUARD_PASSWORD": where.ami_guard_password,
            },
        )
        await engines.start()
        await guard.start()
        await engines.ready()
        stack = private_stack.Stack(
            plan=private_stack.Plan(
                state_dir=state,
                cache_dir=cache,
                ivr_dir=flows,
                carrier=where.carrier,
                mirror=DEFAULT_MIRROR,
                environment=environment,
                hotline_number=where.hotline_number,
            ),
            prefix=prefix,
            site=where,
            database=database.dsn,
            database_pid=database.pid,
            engines=engines,
            guard=guard,
            asterisk_pid=asterisk_pid,
        )
        stack.write_stack_file()
        feed = Feed(state, lambda line: None)
        feed.start()
        ends.callback(feed.stop)
        harmed = House(
            hotline=Hotline(
                folder=state, carrier=where.carrier, environment=environment, feed=feed
            ),
            stack=stack,
            flows=flows,
            ari=ari,
            ami=ami,
            database=data,
        )
        stop = asyncio.Event()
        stopping = asyncio.create_task(stop.wait())
        watching = asyncio.create_task(private_stack.watch(stack, stopping, harmed.said.append))
        try:
            yield harmed
        finally:
            stop.set()
            await asyncio.wait({watching})
            # While the proxies are there: the engine has last words for its database.
            await asyncio.to_thread(private_stack.put_away, state)


def _furnish(state: Path, where: Site, prefix: Prefix, flows: Path, cache: Path) -> None:
    asterisk_folder.render(state, where, prefix=prefix)
    prompts.build(
        prompt_texts(flows),
        state / "sounds",
        speech=Speech(prefix=prefix),
        cache=cache,
        recorded=flows / "prompts",
    )


def _at_port(dsn: str, port: int) -> str:
    before = urlsplit(dsn)
    return before._replace(netloc=before.netloc.replace(f":{before.port}", f":{port}")).geturl()


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
