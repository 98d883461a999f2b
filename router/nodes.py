"""An Asterisk node as the runner sees it: one door, behind it the adapters that know the way."""

from __future__ import annotations

from urllib.parse import urlsplit

from router.adapters.ami.access import Access as AmiAccess
from router.adapters.ami.node import AmiCommand, AmiNode
from router.adapters.ari.access import Access as AriAccess
from router.adapters.ari.node import AriNode
from router.adapters.http_lookup import HttpLookups
from router.adapters.recording_box import RecordingBox
from router.config import Settings
from router.core.commands import Command, KeepMessage, KeepNumber, KeepPrompt, LookUp
from router.core.vocabulary import NodeId
from router.ports import Failure, Identities


class Asterisk:
    """`ports.Telephony` of one node: what ARI lacks goes by AMI."""

    def __init__(
        self,
        ari: AriNode,
        ami: AmiNode,
        identities: Identities,
        lookups: HttpLookups,
        recordings: RecordingBox,
    ) -> None:
        self._ari = ari
        self._ami = ami
        self._identities = identities
        self._lookups = lookups
        self._recordings = recordings

    async def perform(self, command: Command) -> Failure | None:
        """To whom it belongs."""
        if isinstance(command, AmiCommand):
            return await self._ami.perform(command)
        if isinstance(command, KeepNumber):
            if command.call is not None:
                self._identities.keep_for_callback(command.call, command.number)
            return None
        if isinstance(command, LookUp):
            return await self._lookups.perform(command)
        if isinstance(command, KeepMessage | KeepPrompt):
            return await self._recordings.perform(command)
        return await self._ari.perform(command)

    async def beat(self, node: NodeId, stamp: float) -> None:
        """On ARI's connection for beats alone."""
        await self._ari.beat(stamp)

    def start_over(self) -> None:
        """ARI tells who is there; AMI's news are of telephones only."""
        self._ari.start_over()


def ari_access(settings: Settings) -> AriAccess:
    """How its ARI is entered."""
    return AriAccess(
        url=settings.ari_url,
        user=settings.ari_user,
        password=settings.ari_password,
        timeout=settings.rest_timeout,
    )


def ami_access(settings: Settings) -> AmiAccess:
    """How its AMI is entered."""
    return AmiAccess(
        host=settings.ami_host,
        port=settings.ami_port,
        user=settings.ami_user,
        password=settings.ami_password,
        timeout=settings.ami_timeout,
    )


def media_address(settings: Settings) -> str:
    """Where telephones send audio."""
    return settings.media_address or urlsplit(settings.ari_url).hostname or "127.0.0.1"
