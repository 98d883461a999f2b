"""What the engine tells of agents whom nobody asked for by name: no numbers, no passwords."""

from __future__ import annotations

from dataclasses import replace

from router.core.snapshot import AgentView, Snapshot
from router.core.vocabulary import Device

SHOWN_DIGITS = 2


def masked_number(number: str) -> str:
    """Only the last digits, enough to tell two telephones of one person apart."""
    return "*" * max(len(number) - SHOWN_DIGITS, 0) + number[-SHOWN_DIGITS:]


def masked(view: AgentView) -> AgentView:
    """The agent without secrets."""
    profile = replace(view.profile, devices=tuple(map(_masked_device, view.profile.devices)))
    return replace(view, profile=profile)


def masked_floor(snapshot: Snapshot) -> Snapshot:
    """The floor without its agents' secrets."""
    return replace(snapshot, agents=tuple(map(masked, snapshot.agents)))


def _masked_device(device: Device) -> Device:
    number = None if device.number is None else masked_number(device.number)
    return replace(device, number=number, password=None)
