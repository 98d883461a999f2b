"""Passwords of the desk phones that register: made once, and kept through every import."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from router.core.routing.agent import AgentProfile
from router.core.vocabulary import AgentId, Device, DeviceKind

SECRET_BYTES = 12


def with_passwords(
    roster: Iterable[AgentProfile], known: Iterable[AgentProfile]
) -> tuple[AgentProfile, ...]:
    """The roster, complete. A phone that was given a password before keeps it."""
    before = {each.id: password for each in known if (password := _password(each)) is not None}
    return tuple(
        replace(each, devices=tuple(_complete(device, each.id, before) for device in each.devices))
        for each in roster
    )


def _complete(device: Device, agent: AgentId, before: dict[AgentId, str]) -> Device:
    if device.kind is not DeviceKind.DESK or device.address or device.password:
        return device
    return replace(device, password=before.get(agent) or secrets.token_urlsafe(SECRET_BYTES))


def _password(profile: AgentProfile) -> str | None:
    return next((device.password for device in profile.devices if device.password), None)
