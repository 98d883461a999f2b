"""The shipped flow files with practice lines beside them: one number, flow, queue, skill for each.

A story that has a line of its own disturbs no other, so that slow ones can be told at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from router.config import SHIPPED_FLOWS

FIRST_NUMBER = 5570000000

STEPS_NUMBER = "5571000000"
"""Begins the flow with every step kind."""
REMEMBERS_NUMBER = "5571000001"
"""Begins a flow that remembers, and goes through another."""
ASKS_NUMBER = "5571000002"
"""Begins a flow that asks for a key at once."""
STEPS = Path(__file__).parent / "flows"
PARTNER = "5587990001"
"""Somebody outside, behind the trunk."""

LINES: Mapping[str, str] = {
    "plain": "ring: {desk: 8s, phone: 8s}",
    "busy": "ring: {desk: 8s, phone: 8s}",
    "declined": "ring: {desk: 8s, phone: 8s}",
    "unknown": "ring: {desk: 8s, phone: 8s}",
    "unavailable": "ring: {desk: 8s, phone: 8s}",
    "mute": "ring: {desk: 8s, phone: 8s}",
    "unanswered": "ring: {desk: 2s, phone: 2s}",
    "machine": "ring: {desk: 8s, phone: 8s}",
    "confirmed": "ring: {desk: 8s, phone: 8s}",
    "given_up": "ring: {desk: 8s, phone: 8s}",
    "given_up_late": "ring: {desk: 8s, phone: 8s}",
    "both": "fanout: {agents: 2, from_offer: 1}",
    "second_device": "ring: {desk: 8s, phone: 8s}",
    "full": "ring: {desk: 8s, phone: 8s}",
    "broken": "ring: {desk: 8s, phone: 8s}",
    "quiet": "ring: {desk: 8s, phone: 8s}",
    "never_heard": "ring: {desk: 8s, phone: 8s}",
    "ended": "ring: {desk: 8s, phone: 8s}",
    "left": "ring: {desk: 8s, phone: 8s}",
    "wrapped": "wrap_up: agent",
    "overridden": "wrap_up: agent",
    "leaving": "ring: {desk: 8s, phone: 8s}",
    "pausing": "ring: {desk: 8s, phone: 8s}",
    "pasos": "ring: {desk: 8s, phone: 8s}",
    "second_telephone": "lost_agent: {again: 1s, second: 15s}",
    "on_call": "overflow: [{when: {wait: 1s}, do: {on_call: anyone}}]",
    "partner": (
        "overflow: [{when: {wait: 1s}, do: {partner: aliada, confirm: susurro_crisis, ring: 20s}}]"
    ),
}
"""Each queue's own settings."""


def number(line: str, lines: Mapping[str, str] = LINES) -> str:
    """What a caller dials to reach the queue of this name."""
    return str(FIRST_NUMBER + list(lines).index(line))


def write_flows(folder: Path, lines: Mapping[str, str] = LINES) -> Path:
    """The folder for HOTLINE_IVR_DIR."""
    shutil.copytree(SHIPPED_FLOWS, folder)
    for line in lines:
        (folder / f"flows/{line}.yaml").write_text(
            f"start: waits\nsteps:\n  waits:\n    queue: {line}\n    next: gracias\n"
            "  gracias:\n    goodbye: gracias\n"
        )
    for flow in STEPS.iterdir():
        shutil.copy(flow, folder / "flows")
    (folder / "contacts.yaml").write_text(
        f"contacts:\n  aliada:\n    name: Línea aliada\n    number: {PARTNER}\n"
    )
    insert(
        folder / "lines.yaml",
        "lines:\n",
        f"  {STEPS_NUMBER}:\n    name: pasos\n    flow: pasos\n    language: es\n"
        f"  {REMEMBERS_NUMBER}:\n    name: recuerda\n    flow: recuerda\n    language: es\n"
        f"  {ASKS_NUMBER}:\n    name: pregunta\n    flow: pregunta\n    language: es\n"
        + "".join(
            f"  {number(line, lines)}:\n    name: {line}\n    flow: {line}\n    language: es\n"
            for line in lines
        ),
    )
    insert(
        folder / "queues.yaml",
        "\nqueues:\n",
        "".join(
            f"  {line}:\n    class: 40\n    skills: {line}\n    target: 80% in 30s\n"
            f"    prefer: {{{line}: 1}}\n    whisper: susurro_orientacion\n    {own}\n"
            + ("" if "wrap_up" in own else "    wrap_up: 1min\n")
            for line, own in lines.items()
        ),
    )
    return folder


def insert(file: Path, after: str, text: str) -> None:
    """Write `text` behind a line that is there."""
    before, found, rest = file.read_text().partition(after)
    assert found, f"{file} has no {after!r}"
    file.write_text(before + found + text + rest)
