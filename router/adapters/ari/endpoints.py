"""What Asterisk is told of an agent's telephone: SIP objects made at log-in, and what to dial."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

from router.core.vocabulary import AgentId, Device, DeviceKind

TRUNK = "trunk"
"""The carrier's endpoint in dialplans/pjsip_trunk.conf; no agent may have this id."""

_HOST = re.compile(r"^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;>?]+)", re.IGNORECASE)

# Found by OPTIONS: a phone that is gone is known within one round.
_QUALIFY = (("qualify_frequency", "5"), ("qualify_timeout", "2"))

_ENDPOINT = (
    ("context", "from-agents"),
    # With no transport named, each INVITE looks up the machine's own name (measured: 260 ms, and
    # far longer where DNS is slow).
    ("transport", "udp"),
    ("language", "es"),
    ("allow", "!all,ulaw,alaw"),
    ("dtmf_mode", "rfc4733"),
    # Audio always passes through Asterisk, and home routers are seen through.
    ("direct_media", "no"),
    ("rtp_symmetric", "yes"),
    ("force_rport", "yes"),
    ("rewrite_contact", "yes"),
    # Not what finds a dead phone (adapters/ami/listening.py does): one that is muted, on hold or
    # leaves silence out sends nothing for long, and lives. It is for a phone that was started anew
    # and answers, but knows nothing of the call. Never on the trunk: a caller may be silent.
    ("rtp_timeout", "120"),
    ("rtp_timeout_hold", "300"),
    # app_queue must never ring an agent who talks.
    ("device_state_busy_at", "1"),
    # An agent's phone learns nothing of the caller but that the hotline calls.
    ("trust_id_outbound", "no"),
    ("trust_id_inbound", "no"),
    ("send_pai", "no"),
    ("send_rpid", "no"),
    ("send_connected_line", "no"),
    ("trust_connected_line", "no"),
    ("identify_by", "username"),
    ("allow_transfer", "no"),
    ("allow_subscribe", "no"),
    ("100rel", "no"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SipObject:
    """One `PUT /asterisk/config/dynamic/res_pjsip/{kind}/{id}`."""

    kind: Literal["auth", "aor", "endpoint"]
    id: str
    fields: tuple[tuple[str, str], ...]

    def body(self) -> dict[str, list[dict[str, str]]]:
        """The request's JSON."""
        return {"fields": [{"attribute": name, "value": value} for name, value in self.fields]}


def desk(
    agent: AgentId, device: Device, *, number: str, media_address: str
) -> tuple[SipObject, ...]:
    """The objects of a desk phone, in the order of their making; delete in the reverse order.

    `number` is the hotline's, all that the phone shows; `media_address` goes into the SDP.
    Delete before making again: Asterisk adds to lists (contacts, permits) instead of replacing.
    """
    own: tuple[tuple[str, str], ...] = (
        ("aors", agent),
        ("from_user", number),
        ("media_address", media_address),
    )
    objects: tuple[SipObject, ...] = ()
    if device.password is not None:
        secret = (
            ("auth_type", "userpass"),
            ("username", agent),
            ("password", device.password),
        )
        objects = (SipObject(kind="auth", id=agent, fields=secret),)
        own += (("auth", agent),)
    if device.address is None:
        where: tuple[tuple[str, str], ...] = (
            ("max_contacts", "1"),
            ("remove_existing", "yes"),
        )
    else:
        where = (("contact", device.address),)
        if device.password is None:
            own += _only_from(device.address)
    return (
        *objects,
        SipObject(kind="aor", id=agent, fields=where + _QUALIFY),
        SipObject(kind="endpoint", id=agent, fields=_ENDPOINT + own),
    )


def dial_string(agent: AgentId, device: Device) -> str:
    """What ARI's `endpoint` is to be; a telephone is reached through the trunk's carrier."""
    if device.kind is DeviceKind.PHONE:
        return outside(device.number or "")
    return f"PJSIP/{agent}"


def outside(number: str) -> str:
    """A telephone that only the carrier reaches."""
    return f"PJSIP/{number}@{TRUNK}"


def _only_from(address: str) -> tuple[tuple[str, str], ...]:
    """Without a password an agent is known by From and by where the request comes from."""
    found = _HOST.match(address)
    try:
        host = ipaddress.ip_address(found[1].strip("[]") if found else "")
    except ValueError:
        # Asterisk compares addresses, not names: such a phone can be rung but call nothing.
        return (("context", "nowhere"),)
    family = "0.0.0.0/0" if host.version == 4 else "::/0"
    return (("deny", family), ("permit", str(host)))
