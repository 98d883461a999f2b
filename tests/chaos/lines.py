"""The lines of the chaos stack: one for each stage of a call, so that no stage disturbs another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.acceptance import practice

RINGS_LONG = "ring: {desk: 60s, phone: 60s}"

LINES: Mapping[str, str] = {
    "espera": RINGS_LONG,
    "recoge": RINGS_LONG,
    "suena": RINGS_LONG,
    "susurra": RINGS_LONG,
    "habla": RINGS_LONG,
    "cierra": RINGS_LONG,
    "multitud": "ring: {desk: 8s, phone: 8s}",
    "pasos": RINGS_LONG,
}

COLLECTING = """\
start: pide
steps:
  pide:
    collect: pide_telefono
    into: number
    min: 10
    max: 10
    wait: 3s
    between: 3s
    next: espera
    on_timeout: espera
    on_wrong: espera
  espera:
    queue: recoge
    next: gracias
  gracias:
    goodbye: gracias
"""


def write_flows(folder: Path) -> Path:
    """The folder for HOTLINE_IVR_DIR."""
    practice.write_flows(folder, LINES)
    (folder / "flows/recoge.yaml").write_text(COLLECTING)
    return folder


def number(line: str) -> str:
    """What a caller dials to reach the flow of this name."""
    return practice.number(line, LINES)
