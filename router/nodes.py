"""The Asterisk nodes of the house as the runner sees them: one door, behind it each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

import structlog

from router import errors
from router.adapters.ami.access import Access as AmiAccess
from router.adapters.ami.node import AmiCommand, AmiNode, try_login
from router.adapters.ari.access import Access as AriAccess
from router.adapters.ari.door import ari_door
from router.adapters.ari.node import AriNode, ari_node
from router.adapters.ari.perform import House
from router.adapters.http_lookup import HttpLookups
from router.adapters.recording_box import RecordingBox
from router.config import Settings
from router.core.commands import Admit, Command, KeepMessage, KeepNumber, KeepPrompt, LookUp
from router.core.vocabulary import CallerKey, CallId, NodeId, RecordingId, Refusal
from router.fence import Fence
from router.ports import Deliver, Failure, Identities
from router.setting_nodes import NodeSettings
from router.witnesses import Witnesses

log = structlog.get_logger("hotline")

Seal = Callable[[CallId, str], CallerKey | None]


class Asterisk:
    """One node: what ARI lacks goes by AMI."""

    def __init__(self, ari: AriNode, ami: AmiNode) -> None:
        self._ari = ari
        self._ami = ami

    async def run(self, deliver: Deliver, seal: Seal) -> None:
        """Until cancelled; returns when another engine has taken over."""
        telephones = asyncio.create_task(self._ami.run(deliver))
        try:
            await self._ari.run(deliver, seal)
        finally:
            telephones.cancel()
            await asyncio.gather(telephones, return_exceptions=True)

    async def perform(self, command: Command) -> Failure | None:
        """By the adapter that it belongs to."""
        if isinstance(command, AmiCommand):
            return await self._ami.perform(command)
        if isinstance(command, Admit) and command.carried:
            self._ami.forget(command.leg)
        return await self._ari.perform(command)

    async def beat(self, stamp: float) -> None:
        """On ARI's connection for beats alone."""
        await self._ari.beat(stamp)

    def start_over(self) -> None:
        """ARI tells who is there; AMI's news are of telephones only."""
        self._ari.start_over()

    async def fetch(self, recording: RecordingId) -> bytes | None:
        """What was recorded; None if this Asterisk has it not."""
        return await self._ari.fetch(recording)

    async def drop(self, recording: RecordingId) -> Failure | None:
        """Deleted here."""
        return await self._ari.drop(recording)


class Nodes:
    """`ports.Telephony`: each command goes to the node that it names, a few to none."""

    def __init__(
        self,
        nodes: Mapping[NodeId, Asterisk],
        identities: Identities,
        lookups: HttpLookups,
        recordings: RecordingBox,
    ) -> None:
        self._nodes = nodes
        self._identities = identities
        self._lookups = lookups
        self._recordings = recordings

    async def perform(self, command: Command) -> Failure | None:
        """To whom it belongs."""
        if isinstance(command, KeepNumber):
            if command.call is not None:
                self._identities.keep_for_callback(command.call, command.number)
            return None
        if isinstance(command, LookUp):
            return await self._lookups.perform(command)
        if isinstance(command, KeepMessage | KeepPrompt):
            return await self._recordings.perform(command)
        node = self._nodes.get(command.node)
        if node is None:
            return Failure(why=Refusal.REFUSED, detail=f"there is no node {command.node}")
        return await node.perform(command)

    async def beat(self, node: NodeId, stamp: float) -> None:
        """Each has a beat of its own."""
        await self._nodes[node].beat(stamp)

    def start_over(self) -> None:
        """With every node."""
        for node in self._nodes.values():
            node.start_over()


@asynccontextmanager
async def asterisks(
    settings: Settings, *, fence: Fence, now: Callable[[], datetime]
) -> AsyncIterator[Mapping[NodeId, Asterisk]]:
    """All of them, for one life of the engine; they connect once they run."""
    async with AsyncExitStack() as open_:
        made: dict[NodeId, Asterisk] = {}
        for node in settings.every_node:
            name = NodeId(node.name)
            ari = await open_.enter_async_context(
                ari_node(
                    node=name,
                    access=ari_access(settings, node),
                    house=House(number=settings.hotline_number, media_address=_media_address(node)),
                    fence=fence,
                    now=now,
                )
            )
            ami = AmiNode(
                node=name,
                access=ami_access(settings, node),
                now=now,
                fence=fence,
            )
            made[name] = Asterisk(ari, ami)
        yield made


@asynccontextmanager
async def witnesses(settings: Settings, now: Callable[[], datetime]) -> AsyncIterator[Witnesses]:
    """All nodes, before the engine is the active one."""
    async with AsyncExitStack() as open_:
        yield Witnesses(
            [
                await open_.enter_async_context(
                    ari_door(node=NodeId(node.name), access=ari_access(settings, node), now=now)
                )
                for node in settings.every_node
            ]
        )


async def try_logins(settings: Settings) -> None:
    """A wrong password is told at once: waiting would not mend it. Raises AsteriskRefusedLogin if
    every node refuses; who refuses alone must not keep the engine from the others."""
    refusals: list[errors.HotlineError] = []
    for node in settings.every_node:
        try:
            await try_login(ami_access(settings, node))
        except (errors.AsteriskUnreachable, errors.NotAsterisk):
            continue
        except errors.AsteriskRefusedLogin as refusal:
            log.error("ami.refused", node=node.name, text=str(refusal))
            refusals.append(refusal)
    if len(refusals) == len(settings.every_node):
        raise refusals[0]


def ari_access(settings: Settings, node: NodeSettings) -> AriAccess:
    """How its ARI is entered."""
    return AriAccess(
        url=node.ari_url,
        user=node.ari_user,
        password=node.ari_password,
        timeout=settings.rest_timeout,
        system_name="" if node == settings.every_node[0] else node.name,
    )


def ami_access(settings: Settings, node: NodeSettings) -> AmiAccess:
    """How its AMI is entered."""
    return AmiAccess(
        host=node.ami_host,
        port=node.ami_port,
        user=node.ami_user,
        password=node.ami_password,
        timeout=settings.ami_timeout,
    )


def _media_address(node: NodeSettings) -> str:
    """Where telephones send audio."""
    return node.media_address or urlsplit(node.ari_url).hostname or "127.0.0.1"
