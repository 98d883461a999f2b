"""A hotline in five files that a test may spoil, in which the check finds nothing."""

from __future__ import annotations

from pathlib import Path

LINES = """\
lines:
  5511112222: {name: Línea, flow: linea, language: es}
default: 5511112222
"""
FLOW = """\
start: saludo
steps:
  saludo:
    play: saludo
    next: menu
  menu:
    menu: menu
    keys:
      1: crisis
      4: juridico
    on_timeout: crisis
    on_wrong: crisis
  crisis:
    queue: crisis
    next: gracias
  juridico:
    queue: juridico
    next: gracias
  gracias:
    goodbye: gracias
"""
QUEUES = """\
first_resort: crisis
lost: gracias
agents:
  language: es
  prompts: {login: hola, logout: hola, pause: hola, resume: hola, ready: hola, refused: hola}
queues:
  crisis: {class: 100, skills: psicologia, target: 90% in 20s, wrap_up: agent, whisper: hola}
  juridico: {class: 50, skills: juridico, target: 80% in 30s, wrap_up: 60s, whisper: hola}
"""
PROMPTS = """\
saludo: Le atiende una persona.
menu: Si está en crisis, marque uno. Asesoría jurídica, cuatro.
gracias: Gracias.
hola: Hola.
"""
HOURS = """\
hours:
  oficina: {zone: America/Mexico_City, open: {mon-fri: 09:00-18:00}}
"""
ROSTER = """\
agents:
  - id: ana
    skills: {psicologia: 4}
    devices: [{kind: desk}]
  - id: ben
    skills: {juridico: 3}
    devices: [{kind: desk}]
"""


def build(folder: Path) -> Path:
    """The folder of the flow files; the roster lies beside it."""
    ivr = folder / "ivr"
    for name, text in (
        ("lines.yaml", LINES),
        ("flows/linea.yaml", FLOW),
        ("queues.yaml", QUEUES),
        ("prompts/es.yaml", PROMPTS),
        ("hours.yaml", HOURS),
        ("../roster.yaml", ROSTER),
    ):
        (ivr / name).parent.mkdir(parents=True, exist_ok=True)
        (ivr / name).write_text(text, encoding="utf-8")
    return ivr
