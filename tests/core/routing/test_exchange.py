"""Who gets whom: the exchange does what routing.md says, whatever happens in whatever order."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.routing.choice import Term
from router.core.routing.deciding import Pairing
from router.core.routing.demand import Demand
from router.core.routing.exchange import Exchange
from router.core.routing.explain import Exclusion, Why
from router.core.routing.skills import ANYONE, SkillSet
from router.core.vocabulary import AgentId, CallId, SkillName
from tests.core.routing.commotion import Commotion
from tests.core.routing.million import compare

SECOND = 1_000_000


def skills(**levels: int) -> SkillSet:
    return SkillSet.of({SkillName(name): level for name, level in levels.items()})


class House:
    """A small one, in seconds."""

    def __init__(self, *, agent_order: Sequence[Term] | None = None) -> None:
        self.exchange = (
            Exchange(explained_by="v1")
            if agent_order is None
            else Exchange(agent_order, explained_by="v1")
        )
        self.at = 0

    def works(self, name: str, *, resting: bool = False, **levels: int) -> None:
        held = {SkillName(skill): level for skill, level in levels.items()}
        self.exchange.log_in(AgentId(name), held, idle_since=self.at, resting=resting)

    def calls(
        self,
        call: str,
        *circles: SkillSet,
        order_class: int = 50,
        after: tuple[int, ...] = (),
        prefer: dict[str, int] | None = None,
        head_start: int = 0,
        overdue: int | None = None,
        heavy: bool = False,
        never: tuple[str, ...] = (),
        knows: tuple[str, ...] = (),
        at_head: bool = False,
    ) -> None:
        accepted = tuple(circles[: n + 1] for n in range(len(circles))) or ((ANYONE,),)
        demand = Demand(
            queue="q",
            order_class=order_class,
            circles=accepted,
            after=tuple(each * SECOND for each in after),
            prefer=tuple((SkillName(s), w) for s, w in (prefer or {}).items()),
            head_start=head_start * SECOND,
            overdue=None if overdue is None else overdue * SECOND,
            heavy=heavy,
        )
        self.exchange.arrive(
            CallId(call),
            self.exchange.line(demand),
            since=self.at,
            arrived=self.at,
            never=[AgentId(a) for a in never],
            sticky=[AgentId(a) for a in knows],
            at_head=at_head,
        )

    def passes(self, seconds: int) -> None:
        self.at += seconds * SECOND

    def decides(self) -> list[tuple[str, str]]:
        return [(caller.id, member.id) for caller, member, _ in self._pairings()]

    def why(self) -> Why:
        ((_, _, why),) = self._pairings()
        assert why is not None
        return why

    def _pairings(self) -> Sequence[Pairing]:
        return self.exchange.decide(self.at).pairings


# -- the oracle -------------------------------------------------------------------------------


def test_twenty_thousand_events_and_not_one_choice_that_routing_md_would_not_have_made() -> None:
    assert compare(20_000, seed=20_261_124) > 2_000


@settings(max_examples=30, deadline=None, database=None)
@given(st.randoms(use_true_random=False))
def test_the_exchange_agrees_with_the_oracle_and_what_differs_is_made_small(
    chance: random.Random,
) -> None:
    floor = Commotion(chance, agents=4, callers=5)
    for _ in range(25):
        floor.happens()


# -- the skills -------------------------------------------------------------------------------


def test_s1_a_level_below_what_is_asked_is_not_qualified() -> None:
    house = House()
    house.works("ben", juridico=2)
    house.calls("c", skills(juridico=3))
    assert house.decides() == []
    house.works("zoe", juridico=3)
    assert house.decides() == [("c", "zoe")]


def test_s1_an_absent_skill_is_not_qualified_and_no_level_0() -> None:
    house = House()
    house.works("ben")
    house.calls("c", skills(juridico=1))
    assert house.decides() == []


def test_s2_a_preference_never_excludes_anybody() -> None:
    house = House()
    house.works("ben", juridico=1)
    house.calls("c", skills(juridico=1), prefer={"english": 9})
    assert house.decides() == [("c", "ben")]


def test_an_agent_who_gets_another_skill_is_eligible_at_once() -> None:
    house = House()
    house.works("ben", juridico=1)
    house.calls("c", skills(english=1))
    assert house.decides() == []
    house.exchange.change_skills(AgentId("ben"), {SkillName("english"): 1})
    assert house.decides() == [("c", "ben")]


# -- the order of callers ---------------------------------------------------------------------


def test_o1_a_head_start_puts_a_caller_before_those_who_came_a_little_earlier() -> None:
    house = House()
    house.calls("early")
    house.passes(5)
    house.calls("favoured", head_start=10)
    house.works("ben")
    assert house.decides() == [("favoured", "ben")]


def test_o1_who_is_overdue_goes_to_the_top_of_the_own_class_and_never_above_another() -> None:
    house = House()
    house.calls("slow", overdue=30)
    house.calls("crisis", order_class=100)
    house.passes(1)
    house.calls("back", at_head=True)
    house.calls("favoured", head_start=60)
    house.passes(30)
    house.decides()
    for name in "abcd":
        house.works(name)
    served = [call for call, _ in house.decides()]
    assert served == ["crisis", "back", "slow", "favoured"]


def test_o3_whoever_cannot_be_served_blocks_nobody_behind_them() -> None:
    house = House()
    house.calls("first", never=("ben",))
    house.calls("second")
    house.works("ben")
    assert house.decides() == [("second", "ben")]


def test_o4_a_reserve_that_is_not_binding_any_more_frees_the_others_it_held() -> None:
    house = House()
    house.exchange.keep([(skills(crisis=1), 100, 1)])
    house.works("ana", crisis=1)
    house.works("ben", crisis=1, juridico=1)
    house.exchange.busy(AgentId("ben"), Exclusion.PAUSED)
    house.calls("c", skills(crisis=1))
    assert house.decides() == []
    house.exchange.free(AgentId("ben"), house.at)
    assert house.decides() == [("c", "ana")]


# -- which agent ------------------------------------------------------------------------------


def test_a1_the_agent_whom_the_caller_knows_comes_first() -> None:
    house = House()
    house.works("ben")
    house.passes(60)
    house.works("zoe")
    house.calls("c", knows=("zoe",))
    why = house.why()
    assert (why.decided_by, why.runner_up, why.sticky) == ("sticky", "ben", True)


def test_a1_nobody_waits_for_the_agent_whom_they_know() -> None:
    house = House()
    house.works("ben")
    house.works("zoe")
    house.exchange.busy(AgentId("zoe"), Exclusion.BUSY)
    house.calls("c", knows=("zoe",))
    assert house.decides() == [("c", "ben")]


def test_a1_the_order_of_the_terms_is_configuration() -> None:
    house = House(agent_order=[Term.LONGEST_IDLE, Term.PREFERRED])
    house.works("ben")
    house.passes(1)
    house.works("zoe", english=3)
    house.calls("c", prefer={"english": 1})
    why = house.why()
    assert (why.decided_by, why.runner_up) == ("longest_idle", "zoe")


def test_a2_never_pair_keeps_them_apart_though_nobody_else_is_there() -> None:
    house = House()
    house.works("ben")
    house.calls("c", never=("ben",))
    assert house.decides() == []
    house.works("zoe")
    why = house.why()
    assert why.excluded == ((AgentId("ben"), Exclusion.NEVER_PAIR),)


def test_a3_who_rests_from_heavy_calls_gets_the_others() -> None:
    house = House()
    house.works("ana", resting=True, crisis=1)
    house.calls("heavy", skills(crisis=1), order_class=100, heavy=True)
    house.calls("light")
    assert house.decides() == [("light", "ana")]
    house.exchange.change_skills(AgentId("ana"), {SkillName("crisis"): 1})
    house.exchange.free(AgentId("ana"), house.at)
    assert house.decides() == [("heavy", "ana")]


def test_an_agent_who_comes_back_at_the_same_instant_is_idle_once_and_harms_nobody() -> None:
    house = House()
    house.works("zoe")
    for _ in range(3):
        house.works("ben")
        house.exchange.log_out(AgentId("ben"))
    house.works("ben")
    for call in ("c", "d", "e"):
        house.calls(call, never=("eva",))
    assert house.decides() == [("c", "ben"), ("d", "zoe")]


def test_f6_who_did_not_take_it_is_asked_again_in_time_though_nothing_else_happens() -> None:
    house = House()
    house.works("ben")
    house.calls("c")
    assert house.decides() == [("c", "ben")]
    house.exchange.pass_over(CallId("c"), AgentId("ben"), house.at + 10 * SECOND)
    house.exchange.free(AgentId("ben"), house.at)
    house.exchange.wants(CallId("c"), first=True)
    assert house.decides() == []
    assert house.exchange.next_due == house.at + 10 * SECOND
    house.passes(10)
    assert house.decides() == [("c", "ben")]


# -- the cost ---------------------------------------------------------------------------------


def test_callers_who_hung_up_leave_nothing_behind_for_long() -> None:
    house = House()
    for n in range(5_000):
        house.calls(f"c{n}")
        if n >= 10:
            house.exchange.leave(CallId(f"c{n - 10}"))
    (line,) = house.exchange.waiting.lines.values()
    assert sum(len(kind.plain) for kinds in line.kinds for kind in kinds) < 200


def test_agents_who_come_and_go_leave_nothing_behind_for_long() -> None:
    house = House()
    house.works("zoe")
    house.works("ben")
    for _ in range(5_000):
        house.passes(1)
        house.exchange.busy(AgentId("ben"), Exclusion.PAUSED)
        house.exchange.free(AgentId("ben"), house.at)
    assert len(house.exchange.staff.profiles[0].idle) < 100


def test_one_timer_for_each_class_and_step_however_many_wait() -> None:
    house = House()
    for n in range(1_000):
        house.calls(f"c{n}", skills(crisis=1), skills(juridico=1), after=(20,))
    house.works("ben", crisis=1)
    house.exchange.busy(AgentId("ben"), Exclusion.BUSY)
    house.decides()
    assert len(house.exchange.waiting.due) <= 1


def test_lines_of_an_earlier_policy_are_forgotten_once_nobody_stands_in_them() -> None:
    house = House()
    house.calls("c", order_class=10)
    house.calls("d", order_class=20)
    house.exchange.leave(CallId("c"))
    house.exchange.forget_empty_lines()
    assert [line.demand.order_class for line in house.exchange.waiting.lines.values()] == [20]
    house.works("ben")
    assert house.decides() == [("d", "ben")]
