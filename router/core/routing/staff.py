"""Who works now, by skill profile: agents of equal skills are one kind, with one idle queue."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from router.core.routing.demand import Instant
from router.core.routing.explain import Exclusion
from router.core.routing.skills import Skills, SkillSet
from router.core.vocabulary import ON_CALL, SYNTHETIC, AgentId, SkillName


class Standing:
    """An agent who is logged in. `excluded` None: idle, and in the idle queue of their profile."""

    __slots__ = ("entry", "excluded", "id", "idle_since", "profile")

    def __init__(
        self, agent: AgentId, profile: Profile, excluded: Exclusion, since: Instant
    ) -> None:
        self.id = agent
        self.profile = profile
        self.excluded: Exclusion | None = excluded
        self.idle_since = since
        self.entry: Idle | None = None

    def __lt__(self, other: Standing) -> bool:
        """Between a live entry and a dead one of the same agent and instant, who has come back:
        either may come first."""
        return False


Idle = tuple[Instant, AgentId, Standing]
"""A place in an idle queue: the least is first. An entry that is not its agent's own is dead."""


class Kept:
    """A reserve in force (O4): of those who fit `skills`, `keep` stay free for `for_class`."""

    __slots__ = ("for_class", "free", "held", "held_of", "keep", "profiles", "skills", "staffed")

    def __init__(self, skills: SkillSet, for_class: int, keep: int) -> None:
        self.skills = skills
        self.for_class = for_class
        self.keep = keep
        self.profiles = 0
        self.free = 0
        self.staffed = 0
        self.held = 0
        self.held_of = (-1, False, -1)


class Profile:
    """A kind of agent. `kinds`: the bits of the kinds of callers that they are eligible for."""

    __slots__ = (
        "bit",
        "free",
        "idle",
        "index",
        "kept",
        "kinds",
        "resting",
        "scarcity",
        "scarcity_of",
        "skills",
        "staffed",
    )

    def __init__(self, index: int, skills: Skills, resting: bool) -> None:
        self.index = index
        self.bit = 1 << index
        self.skills = dict(skills)
        self.resting = resting
        self.idle: list[Idle] = []
        self.free = 0
        self.staffed = 0
        self.kinds = 0
        self.kept: list[Kept] = []
        self.scarcity = 0
        self.scarcity_of = -1

    def first(self) -> Standing:
        """The head of the idle queue; there is one."""
        idle = self.idle
        while idle[0][2].entry is not idle[0]:
            heappop(idle)
        return idle[0][2]

    def first_but(self, skipped: frozenset[AgentId]) -> Standing | None:
        """The first idle agent who is none of these few."""
        aside: list[Idle] = []
        found = None
        idle = self.idle
        while idle:
            entry = idle[0]
            if entry[2].entry is not entry:
                heappop(idle)
            elif entry[1] in skipped:
                aside.append(heappop(idle))
            else:
                found = entry[2]
                break
        for entry in aside:
            heappush(idle, entry)
        return found


class Staff:
    """Everyone who is logged in. Masks have a bit for each profile.

    `fresh`: profiles with somebody idle who was not looked at yet. `changes` counts log-ins and
    log-outs; `emptied`: kinds of agents that have left altogether since somebody
    looked.
    """

    def __init__(self, *, by_idle_time: bool) -> None:
        self.profiles: list[Profile] = []
        self.members: dict[AgentId, Standing] = {}
        self.idle = 0
        self.staffed = 0
        self.fresh = 0
        self.changes = 0
        self.emptied = 0
        self.kept: list[Kept] = []
        self._by_idle_time = by_idle_time
        self._known: dict[tuple[tuple[tuple[SkillName, int], ...], bool], Profile] = {}
        self._holders: dict[SkillName, int] = {}
        self._everybody = 0

    def known(self, skills: Skills, resting: bool) -> Profile | None:
        """The profile of these skills, if there is one already."""
        return self._known.get((tuple(sorted(skills.items())), resting))

    def new_profile(self, skills: Skills, resting: bool) -> Profile:
        """Intern one."""
        profile = Profile(len(self.profiles), skills, resting)
        self.profiles.append(profile)
        self._known[(tuple(sorted(skills.items())), resting)] = profile
        for kept in self.kept:
            self._count_in(kept, profile)
        return profile

    def keep(self, kept: Sequence[Kept]) -> None:
        """Other reserves are in force."""
        self.kept = list(kept)
        for profile in self.profiles:
            profile.kept = []
            for each in self.kept:
                self._count_in(each, profile)
        self.fresh |= self.idle

    @staticmethod
    def _count_in(kept: Kept, profile: Profile) -> None:
        if kept.skills.fits(profile.skills):
            profile.kept.append(kept)
            kept.profiles |= profile.bit
            kept.free += profile.free
            kept.staffed += profile.staffed

    def join(self, agent: AgentId, profile: Profile, excluded: Exclusion, since: Instant) -> None:
        """An agent logs in, and is not idle yet."""
        self.members[agent] = Standing(agent, profile, excluded, since)
        profile.staffed += 1
        if profile.staffed == 1:
            self.staffed |= profile.bit
        self._count(profile, 1)
        self._changed(profile, 1)

    def depart(self, member: Standing) -> None:
        """An agent logs out."""
        if member.excluded is None:
            self.take(member, Exclusion.BUSY)
        del self.members[member.id]
        profile = member.profile
        profile.staffed -= 1
        if profile.staffed == 0:
            self.staffed &= ~profile.bit
            self.emptied |= profile.bit
        self._count(profile, -1)
        self._changed(profile, -1)

    def _count(self, profile: Profile, by: int) -> None:
        """Who is rare (A1.3); a test agent, or one on call, makes nobody less rare."""
        if SYNTHETIC in profile.skills or ON_CALL in profile.skills:
            return
        self._everybody += by
        for skill in profile.skills:
            self._holders[skill] = self._holders.get(skill, 0) + by

    def _changed(self, profile: Profile, by: int) -> None:
        """A reserve that would leave a queue without anybody gives way: look again."""
        self.changes += 1
        for kept in profile.kept:
            kept.staffed += by
        for kept in self.kept:
            self.fresh |= kept.profiles & self.idle

    def set_free(self, member: Standing, since: Instant) -> None:
        """Idle since then, in the order of A1."""
        profile = member.profile
        if member.excluded is None:
            self.take(member, Exclusion.BUSY)
        member.excluded = None
        member.idle_since = since
        entry: Idle = (since if self._by_idle_time else 0, member.id, member)
        member.entry = entry
        heappush(profile.idle, entry)
        profile.free += 1
        self.idle |= profile.bit
        self.fresh |= profile.bit
        for kept in profile.kept:
            kept.free += 1
            if kept.free == kept.keep + 1:
                self.fresh |= kept.profiles & self.idle

    def take(self, member: Standing, why: Exclusion) -> None:
        """Not idle any more."""
        profile, entry = member.profile, member.entry
        member.excluded = why
        member.entry = None
        profile.free -= 1
        if profile.free == 0:
            self.idle &= ~profile.bit
            profile.idle.clear()
        elif profile.idle[0] is entry:
            heappop(profile.idle)
        elif len(profile.idle) > 2 * profile.free + 64:
            profile.idle = [e for e in profile.idle if e[2].entry is e]
            heapify(profile.idle)
        for kept in profile.kept:
            kept.free -= 1

    def scarcity(self, profile: Profile) -> int:
        """A1.3: hundredths of the staff for each holder of a skill, summed over their skills.

        It changes only when somebody logs in or out, or gets other skills.
        """
        if profile.scarcity_of != self.changes:
            everybody = 100 * self._everybody
            holders = self._holders
            profile.scarcity = sum(
                everybody // n for s in profile.skills if (n := holders.get(s, 0))
            )
            profile.scarcity_of = self.changes
        return profile.scarcity
