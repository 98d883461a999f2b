"""Who plays in the demo: five agents at home and in the office, and the callers."""

from __future__ import annotations

from dataclasses import dataclass

from router.standalone.phones import Answer, Handset


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """An agent: `mobile` is the number behind the trunk, None an office desk phone."""

    id: str
    name: str
    skills: str
    tone_hz: int
    mobile: str | None = None
    machine: bool = False

    def handset(self) -> Handset:
        """Their real telephone."""
        return Handset(
            name=self.mobile or self.id,
            tone_hz=self.tone_hz,
            greets=self.machine,
            answer=Answer.AT_ONCE if self.machine else Answer.BY_HAND,
        )


ANA = Player(
    id="ana",
    name="Ana",
    skills="psicologia: 4, crisis: 3",
    tone_hz=587,
    mobile="+525512340001",
)
LUIS = Player(id="luis", name="Luis", skills="juridico: 4", tone_hz=698)
MAR = Player(id="mar", name="Mar", skills="psicologia: 3, crisis: 3, juridico: 3", tone_hz=784)
EVA = Player(
    id="eva",
    name="Eva",
    skills="extorsion: 5",
    tone_hz=880,
    mobile="+525512340002",
    machine=True,
)
TEO = Player(id="teo", name="Teo", skills="extorsion: 2", tone_hz=988)

AGENTS = (ANA, LUIS, MAR, EVA, TEO)

CALLER_HZ = 440
CALLERS = tuple(f"55800000{n:02}" for n in range(1, 11))
"""The callers' own numbers: they must appear nowhere."""


def roster(desks: dict[str, str]) -> str:
    """The YAML for `hotline agents import`; `desks` are addresses of desk phones by agent."""
    lines = ["agents:"]
    for player in AGENTS:
        device = (
            f'{{kind: phone, number: "{player.mobile}"}}'
            if player.mobile
            else f'{{kind: desk, address: "sip:{player.id}@{desks[player.id]}"}}'
        )
        lines.append(
            f"  - {{id: {player.id}, name: {player.name}, skills: {{{player.skills}}}, "
            f"devices: [{device}], wrap_up: 0}}"
        )
    return "\n".join(lines) + "\n"
