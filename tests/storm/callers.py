"""Callers of a storm: each does what the plan says, whatever happens to the engine meanwhile."""

from __future__ import annotations

import math

from tests.core.house import LINE
from tests.storm.channel import Channel
from tests.storm.pbx import Pbx
from tests.storm.plan import CallPlan

LOST_AFTER = 4.0
"""Seconds without audio after which Asterisk ends an agent's leg (`rtp_timeout`)."""


class Caller:
    """A person on the line. `channel` None: they have not called yet."""

    def __init__(self, pbx: Pbx, plan: CallPlan) -> None:
        self._pbx = pbx
        self.plan = plan
        self.channel: Channel | None = None
        self.talks_with: Channel | None = None
        self.talked = 0
        self.heard_bye = False
        self.hung_up = False
        self.pressed_at = -math.inf
        self.prompts: list[tuple[float, str]] = []

    def calls(self) -> None:
        """It rings at the hotline."""
        self.channel = self._pbx.calls_in(self, LINE)
        self._pbx.loop.after(self.plan.patience, self._loses_patience)

    @property
    def there(self) -> bool:
        """On the line now."""
        return self.channel is not None and not self.channel.gone

    def leaves(self) -> None:
        """Their own hang-up."""
        if self.channel is not None and self.there:
            self.hung_up = True
            self._pbx.hang_up(self.channel, 16, soft=False)

    def _loses_patience(self) -> None:
        if self.talks_with is None:
            self.leaves()

    # Party

    def hears(self, media: str) -> None:
        self.prompts.append((self._pbx.now, media))
        after = self.plan.key_after
        if media == "gracias" and self.channel is not None:
            self.channel.thanked = True
        elif media == "saludo" and after < 0:
            self._pbx.loop.after(1.0 - after, self._presses)
        elif media.endswith("menu") and (after >= 0 or self.talked or len(self.prompts) > 1):
            self._pbx.loop.after(abs(after), self._presses)

    def _presses(self) -> None:
        key, channel = self.plan.key, self.channel
        if key and channel is not None and self.there and self.talks_with is None:
            self.pressed_at = self._pbx.now
            self._pbx.tell("ChannelDtmfReceived", channel, digit=key, duration_ms=100)

    def joined(self, other: Channel) -> None:
        self.talks_with = other
        self.talked += 1
        self.heard_bye = False
        ends = self.plan.ends
        if ends == "line" and self.talked > 1:
            ends = "caller"
        self._pbx.loop.after(self.plan.talks, self._ends, other, ends)

    def _ends(self, other: Channel, ends: str) -> None:
        if self.talks_with is not other or not self.there or other.gone:
            return
        if ends == "caller":
            self.leaves()
        elif ends == "agent":
            self.heard_bye = True
            self._pbx.loop.after(self.plan.stays, self._has_nothing_more_to_say)
            self._pbx.ends(other, 16)
        else:
            self._pbx.ends(other, 44)

    def _has_nothing_more_to_say(self) -> None:
        if self.talks_with is None:
            self.leaves()

    def left_alone(self) -> None:
        self.talks_with = None

    def over(self) -> None:
        self.talks_with = None
