"""Who gets whom, against an oracle that repeats routing.md word for word and knows no shortcut."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.routing.agent import AgentProfile
from router.core.routing.explain import Exclusion
from router.core.routing.matching import Candidate, Held, Seeker, anyone_staffed, match
from router.core.routing.queue import Queue, Target, WidenStep
from router.core.routing.skills import SkillSet
from router.core.vocabulary import AgentId, CallId, PromptId, QueueName, SkillName

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SKILLS = [SkillName(s) for s in ("psicologia", "crisis", "juridico")]
QUICK = settings(max_examples=60, deadline=None, database=None)

# What is drawn is drawn from lists made once: generating is what such a test spends its time on.
LEVELS = [
    {skill: level for skill, level in zip(SKILLS, levels, strict=True) if level}
    for levels in product((0, 1, 3), repeat=3)
]
SETS = [SkillSet.of(levels) for levels in LEVELS if len(levels) < 3]
INSTANTS = [NOON + timedelta(minutes=minutes) for minutes in range(-3, 4)]
NAMES = [AgentId(name) for name in "abcdef"]
PASSED_OVER: list[dict[AgentId, datetime]] = [
    {},
    {},
    *({name: at} for name in NAMES[:3] for at in INSTANTS[1::2]),
    dict.fromkeys(NAMES[:4], INSTANTS[1]),
    dict.fromkeys(NAMES, INSTANTS[5]),
    {NAMES[0]: INSTANTS[0], NAMES[1]: INSTANTS[6]},
]
QUEUES = [
    Queue(
        name=QueueName(f"q{n}"),
        order_class=order_class,
        require=require,
        prefer=prefer,
        widen=tuple(WidenStep(after=timedelta(), also=also) for also in SETS[n % 7 : n % 7 + 2]),
        target=Target(share=0.8, within=timedelta(seconds=30)),
        wrap_up=None,
        whisper=PromptId("w"),
    )
    for n, (order_class, require, prefer) in enumerate(
        product((30, 50, 100), SETS, ({}, {SkillName("juridico"): 2}))
    )
]


def candidate(
    name: AgentId, levels: dict[SkillName, int], idle_since: datetime, excluded: Exclusion | None
) -> Candidate:
    profile = AgentProfile(id=name, name=name, skills=levels, devices=())
    return Candidate(profile=profile, idle_since=idle_since, excluded=excluded)


def staff_of(
    drawn: list[tuple[dict[SkillName, int], datetime, Exclusion | None]],
) -> list[Candidate]:
    return [candidate(name, *each) for name, each in zip(NAMES, drawn, strict=False)]


def calls_of(drawn: list[Seeker]) -> list[Seeker]:
    return [replace(seeker, call=CallId(f"c{n}")) for n, seeker in enumerate(drawn)]


staffs = st.lists(
    st.tuples(
        st.sampled_from(LEVELS),
        st.sampled_from(INSTANTS),
        st.sampled_from([None, None, None, Exclusion.BUSY]),
    ),
    max_size=6,
).map(staff_of)
callers = st.lists(
    st.builds(
        Seeker,
        call=st.just(CallId("c")),
        queue=st.sampled_from(QUEUES),
        since=st.sampled_from(INSTANTS),
        arrived_at=st.just(NOON - timedelta(hours=1)),
        at_head=st.sampled_from([False, False, True]),
        widening=st.integers(0, 2),
        prefer=st.sampled_from([(), (("crisis", 2),)]),
        passed_over=st.sampled_from(PASSED_OVER),
        wants=st.sampled_from([1, 1, 2]),
        extra=st.sampled_from([False, False, True]),
    ),
    max_size=5,
).map(calls_of)
reserves = st.lists(
    st.builds(
        Held,
        skills=st.sampled_from(SETS),
        for_class=st.sampled_from([50, 100]),
        free=st.integers(0, 2),
    ),
    max_size=2,
)


# -- the oracle -------------------------------------------------------------------------------


def eligible(seeker: Seeker, agent: Candidate) -> bool:
    """W2: the queue's own skills, or those of a widening step in force. S1."""
    steps = [step.also for step in seeker.queue.widen][: seeker.widening]
    return any(
        all(
            skill in agent.profile.skills and agent.profile.skills[skill] >= level
            for skill, level in asked.levels
        )
        for asked in (seeker.queue.require, *steps)
    )


def kept_free(
    seeker: Seeker,
    agent: Candidate,
    free: Sequence[Candidate],
    staff: Sequence[Candidate],
    held: Sequence[Held],
) -> bool:
    """O4 and interface.md 7: k free agents who are qualified are kept for the class and above,
    unless the queue could then be served by nobody at all."""
    for reserve in held:
        qualified = [c for c in staff if reserve.skills.fits(c.profile.skills)]
        if seeker.queue.order_class >= reserve.for_class or agent not in qualified:
            continue
        left = [c for c in free if c in qualified and c is not agent]
        if len(left) >= reserve.free:
            continue
        could_serve = [c for c in staff if eligible(seeker, c)]
        only_they_could = all(c in qualified for c in could_serve)
        if only_they_could and len(qualified) <= reserve.free:
            continue
        return True
    return False


def better(seeker: Seeker, one: Candidate, other: Candidate, staff: Sequence[Candidate]) -> bool:
    """A1: preferred weights and levels; least scarce; longest idle; agent id."""

    def preferred(c: Candidate) -> int:
        wanted = [*seeker.queue.prefer.items(), *seeker.prefer]
        return sum(weight * c.profile.skills.get(SkillName(s), 0) for s, weight in wanted)

    def scarcity(c: Candidate) -> int:
        return sum(
            100 * len(staff) // sum(1 for other in staff if skill in other.profile.skills)
            for skill in c.profile.skills
        )

    if preferred(one) != preferred(other):
        return preferred(one) > preferred(other)
    if scarcity(one) != scarcity(other):
        return scarcity(one) < scarcity(other)
    if one.idle_since != other.idle_since:
        return one.idle_since < other.idle_since
    return one.profile.id < other.profile.id


def oracle(
    seekers: Sequence[Seeker], staff: Sequence[Candidate], held: Sequence[Held], at: datetime
) -> list[tuple[CallId, AgentId]]:
    free = [c for c in staff if c.excluded is None]
    given_away = []
    classes = sorted({s.queue.order_class for s in seekers}, reverse=True)
    for order_class in classes:  # O1: strict classes
        of_class = [s for s in seekers if s.queue.order_class == order_class]
        # O1: inside a class who came back from a lost agent, then the key; P3
        of_class.sort(key=lambda s: (not s.at_head, s.since, s.call))
        # F4: everybody's first telephone before anybody's second
        firsts = [s for s in of_class if not s.extra]
        seconds = [s for s in of_class for _ in range(s.wants if s.extra else s.wants - 1)]
        for seeker in firsts + seconds:
            could = [
                c
                for c in free
                if eligible(seeker, c) and not kept_free(seeker, c, free, staff, held)
            ]
            # F6: never to the same agent again while another is eligible
            fresh = [c for c in could if c.profile.id not in seeker.passed_over]
            again = [c for c in could if seeker.passed_over.get(c.profile.id, at) <= at]
            asked = fresh or again
            if not asked:
                continue  # O3: blocks nobody
            chosen = asked[0]
            for candidate in asked[1:]:
                if better(seeker, candidate, chosen, staff):
                    chosen = candidate
            free.remove(chosen)
            given_away.append((seeker.call, chosen.profile.id))
    return given_away


@QUICK
@given(callers, staffs, reserves)
def test_the_matcher_does_what_routing_md_says(
    seekers: list[Seeker], staff: list[Candidate], held: list[Held]
) -> None:
    found = [(m.call, m.agent) for m in match(seekers, staff, held, NOON).matches]
    assert found == oracle(seekers, staff, held, NOON)


# -- invariants -------------------------------------------------------------------------------


@QUICK
@given(callers, staffs, reserves, st.integers(0, 1000))
def test_the_order_in_which_it_is_told_of_them_makes_no_difference(
    seekers: list[Seeker], staff: list[Candidate], held: list[Held], seed: int
) -> None:
    shuffled_seekers, shuffled_staff = list(seekers), list(staff)
    random.Random(seed).shuffle(shuffled_seekers)
    random.Random(seed).shuffle(shuffled_staff)
    one = match(seekers, staff, held, NOON)
    other = match(shuffled_seekers, shuffled_staff, held, NOON)
    assert one == other


@QUICK
@given(callers, staffs, reserves)
def test_invariant_2_nobody_is_given_twice_and_nobody_gets_more_than_they_want(
    seekers: list[Seeker], staff: list[Candidate], held: list[Held]
) -> None:
    matches = match(seekers, staff, held, NOON).matches
    agents = [m.agent for m in matches]
    assert len(agents) == len(set(agents))
    free = {c.profile.id for c in staff if c.excluded is None}
    assert set(agents) <= free
    for seeker in seekers:
        assert sum(m.call == seeker.call for m in matches) <= seeker.wants


@QUICK
@given(callers, staffs, reserves)
def test_invariant_3_nobody_idle_and_eligible_stands_beside_a_caller_who_got_nobody(
    seekers: list[Seeker], staff: list[Candidate], held: list[Held]
) -> None:
    outcome = match(seekers, staff, held, NOON)
    given_away = {m.agent for m in outcome.matches}
    left = [c for c in staff if c.excluded is None and c.profile.id not in given_away]
    for seeker in seekers:
        if any(m.call == seeker.call for m in outcome.matches):
            continue
        idle = [
            c
            for c in left
            if eligible(seeker, c) and seeker.passed_over.get(c.profile.id, NOON) <= NOON
        ]
        assert all(kept_free(seeker, c, left, staff, held) for c in idle)


@QUICK
@given(callers, staffs)
def test_invariant_4_no_lower_class_is_served_by_whom_a_higher_class_still_wants(
    seekers: list[Seeker], staff: list[Candidate]
) -> None:
    matches = match(seekers, staff, [], NOON).matches
    served = {m.call for m in matches}
    by_call = {s.call: s for s in seekers}
    for waiting in (s for s in seekers if s.call not in served and not s.passed_over):
        for each in matches:
            lower = by_call[each.call].queue.order_class < waiting.queue.order_class
            agent = next(c for c in staff if c.profile.id == each.agent)
            assert not (lower and eligible(waiting, agent))


@QUICK
@given(callers, staffs, reserves)
def test_every_match_tells_why_and_every_other_agent_why_not(
    seekers: list[Seeker], staff: list[Candidate], held: list[Held]
) -> None:
    for each in match(seekers, staff, held, NOON).matches:
        why = each.why
        not_asked = {agent for agent, _ in why.excluded}
        assert len(not_asked) + why.candidates == len(staff)
        assert each.agent not in not_asked
        assert (why.runner_up is None) == (why.candidates == 1) == (why.decided_by == "only_one")


# -- by hand ----------------------------------------------------------------------------------


def simple(name: str, **levels: int) -> Candidate:
    skills = {SkillName(s): level for s, level in levels.items()}
    profile = AgentProfile(id=AgentId(name), name=name, skills=skills, devices=())
    return Candidate(profile=profile, idle_since=NOON)


def seeker(call: str, order_class: int, *, wants: int = 1, **asked: int) -> Seeker:
    return Seeker(
        call=CallId(call),
        queue=Queue(
            name=QueueName(call),
            order_class=order_class,
            require=SkillSet.of({SkillName(s): level for s, level in asked.items()}),
            target=Target(share=0.8, within=timedelta(seconds=30)),
            wrap_up=None,
            whisper=PromptId("w"),
        ),
        since=NOON,
        arrived_at=NOON,
        wants=wants,
    )


def test_s1_a_level_below_what_is_asked_is_not_qualified() -> None:
    asked = seeker("c", 50, juridico=3)
    assert not match([asked], [simple("ben", juridico=2)], [], NOON).matches
    assert match([asked], [simple("ben", juridico=3)], [], NOON).matches


def test_an_empty_set_is_anyone() -> None:
    assert SkillSet().fits({})
    assert str(SkillSet()) == "anyone"
    assert match([seeker("c", 30)], [simple("ben")], [], NOON).matches


def test_o4_who_waits_for_a_reserve_alone_is_named() -> None:
    held = [Held(skills=SkillSet.of({SkillName("crisis"): 1}), for_class=100, free=1)]
    staff = [simple("ana", crisis=1), simple("eva", crisis=1)]
    calls = [seeker("c1", 30), seeker("c2", 30)]
    outcome = match(calls, staff, held, NOON)
    assert [m.call for m in outcome.matches] == ["c1"]
    assert outcome.held_back == ("c2",)


def test_a_second_telephone_held_back_is_no_caller_held_back() -> None:
    held = [Held(skills=SkillSet.of({SkillName("crisis"): 1}), for_class=100, free=1)]
    staff = [simple("ana", crisis=1), simple("eva", crisis=1)]
    assert match([seeker("c", 30, wants=2)], staff, held, NOON).held_back == ()


def test_without_callers_or_without_agents_there_is_nothing_to_do() -> None:
    assert match([], [simple("ana")], [], NOON).matches == ()
    assert match([seeker("c", 30)], [], [], NOON).matches == ()


def test_w2_staffed_is_logged_in_and_fitting_free_or_not() -> None:
    asked = SkillSet.of({SkillName("crisis"): 2})
    assert anyone_staffed([asked], [simple("ana", crisis=2).profile])
    assert not anyone_staffed([asked], [simple("ana", crisis=1).profile])
    assert not anyone_staffed([], [simple("ana", crisis=1).profile])
