"""Callers of several Asterisk nodes, and one staff for all: the loss of a node is its own."""

from __future__ import annotations

from router.core import events as e
from router.core.commands import (
    Dial,
    EnrolInFallback,
    ProvisionDevice,
    RetireDevice,
    WithdrawFromFallback,
)
from router.core.engine import Engine
from router.core.records import Adopted, CallFinished, OfferMade
from router.core.routing.explain import Exclusion
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallId,
    DeviceKind,
    EndedBy,
    LegEnding,
    LegId,
    NodeId,
)
from tests.core.driver import NODE, Caller, Driver, listed_leg
from tests.core.house import LINE, agent, policy

OTHER = NodeId("n2")


class CallerThere(Caller):
    """Of the second node."""

    @property
    def id(self) -> CallId:
        return CallId(f"{OTHER}-{self.leg}")


class TwoNodes(Driver):
    """The small hotline on two Asterisks."""

    def __init__(self) -> None:
        super().__init__()
        self.lists(OTHER)

    def lists(self, node: NodeId, *legs: e.ListedLeg, restarted: bool = False) -> None:
        """(Re)connected to a node: this is there."""
        self.happens(
            e.LegsListed(at=self.at, node=node, legs=legs, bridges=(), restarted=restarted)
        )

    def loses(self, node: NodeId) -> None:
        self.happens(e.NodeDisconnected(at=self.at, node=node))

    def caller_there(self, key: str) -> CallerThere:
        """Arrives at the second node, and presses this key."""
        self._callers += 1
        leg = LegId(f"n2-caller-{self._callers}")
        self.board.comes_up(leg, self.at)
        arrived = e.CallArrived(
            at=self.at, node=OTHER, leg=leg, number_dialled=LINE, arrived_at=self.at, caller=None
        )
        self.happens(arrived)
        caller = CallerThere(self, leg)
        caller.chooses(key)
        return caller

    def desk_is_seen(self, name: str, *, by: NodeId, reachable: bool = True) -> None:
        self.happens(
            e.DeviceChanged(
                at=self.at,
                node=by,
                agent=AgentId(name),
                kind=DeviceKind.DESK,
                reachable=reachable,
            )
        )

    def rung_from(self) -> list[tuple[str, NodeId]]:
        """Whose telephones ring now, and at which node."""
        return sorted((dial.agent, dial.node) for dial in self.board.ringing.values())


def test_an_agent_is_rung_from_the_node_of_the_caller() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1), agent("beto", on="phone", juridico=1))
    hotline.caller_there("4")
    hotline.caller_arrives().chooses("4")
    assert hotline.rung_from() == [("ana", OTHER), ("beto", NODE)]


def test_callers_of_all_nodes_stand_in_one_queue() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1, wrap_up=0))
    callers = [hotline.caller_there("4"), hotline.caller_arrives().chooses("4")]
    callers.append(hotline.caller_there("4"))
    for caller in callers:
        hotline.answers("ana")
        assert caller.talks_to() == "ana"
        hotline.passes(5)
        caller.hangs_up()
    assert [dial.node for dial in hotline.ordered(Dial)] == [OTHER, NODE, OTHER]


def test_nobody_is_rung_for_two_callers_of_different_nodes() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1))
    hotline.caller_arrives().chooses("4")
    hotline.caller_there("4")
    assert hotline.rung_from() == [("ana", NODE)]


def test_a_desk_phone_that_one_node_reaches_takes_the_callers_of_that_node() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", juridico=1))
    there = hotline.caller_there("4")
    here = hotline.caller_arrives().chooses("4")
    hotline.answers("ana")
    assert here.talks_to() == "ana"
    assert there.waits_in() == "juridico"
    kept = hotline.engine.floor.board.exchange.waiting.callers[there.id]
    assert kept.unreached == {"ana"}


def test_its_agent_counts_as_unreachable_for_the_others() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", juridico=1), agent("beto", on="phone", juridico=1))
    hotline.caller_there("4")
    (offer,) = hotline.records(OfferMade)
    assert offer.agent == "beto"
    assert offer.why.excluded == (("ana", Exclusion.UNREACHABLE),)


def test_a_waiting_caller_gets_an_agent_as_soon_as_their_node_reaches_the_desk() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", juridico=1))
    caller = hotline.caller_there("4")
    hotline.desk_is_seen("ana", by=OTHER)
    hotline.answers("ana")
    assert caller.talks_to() == "ana"


def test_a_desk_that_one_node_loses_is_still_rung_from_the_other() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", juridico=1))
    hotline.desk_is_seen("ana", by=OTHER)
    hotline.desk_is("ana", reachable=False)
    hotline.caller_arrives().chooses("4")
    hotline.caller_there("4")
    assert hotline.rung_from() == [("ana", OTHER)]


def test_an_agent_with_a_desk_here_and_a_telephone_is_rung_on_the_latter_from_there() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="desk+phone", juridico=1))
    hotline.caller_there("4")
    (dial,) = hotline.ordered(Dial)
    assert dial.device.kind is DeviceKind.PHONE


def test_a_telephone_that_one_trunk_does_not_reach_is_tried_by_the_other() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1))
    hotline.caller_there("4")
    hotline.leg_fails("ana", LegEnding.UNREACHABLE)
    hotline.caller_arrives().chooses("4")
    assert hotline.rung_from() == [("ana", NODE)]
    hotline.answers("ana")
    hotline.hangs_up("ana")
    hotline.ready("ana")
    hotline.passes(31)
    assert hotline.rung_from() == [("ana", OTHER)]


def test_each_node_is_told_of_every_agent() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", juridico=1))
    assert {c.node for c in hotline.ordered(ProvisionDevice)} == {NODE, OTHER}
    assert {c.node for c in hotline.ordered(EnrolInFallback)} == {NODE, OTHER}


def test_who_logs_out_while_a_node_is_away_is_no_member_of_its_fallback_when_it_is_back() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", juridico=1))
    hotline.loses(OTHER)
    hotline.logs_out("ana")
    hotline.commands.clear()
    hotline.lists(OTHER)
    assert [c.node for c in hotline.ordered(WithdrawFromFallback)] == [OTHER]


def test_nobody_who_logs_in_waits_for_a_node_that_is_away() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", juridico=1), log_in=False)
    hotline.loses(OTHER)
    hotline.commands.clear()
    hotline.logs_in("ana")
    hotline.pauses("ana")
    assert {c.node for c in hotline.commands} == {NODE}
    hotline.lists(OTHER)
    told = [c for c in hotline.ordered(EnrolInFallback) if c.node == OTHER]
    assert [c.paused for c in told] == [True]


def test_who_has_left_while_a_node_was_away_is_neither_endpoint_nor_member_when_it_is_back() -> (
    None
):
    hotline = TwoNodes()
    hotline.works(agent("ana", juridico=1))
    hotline.loses(OTHER)
    hotline.happens(e.RosterReplaced(at=hotline.at, agents=()))
    hotline.commands.clear()
    hotline.lists(OTHER)
    for taken_out in (hotline.ordered(WithdrawFromFallback), hotline.ordered(RetireDevice)):
        assert [(c.node, c.agent) for c in taken_out] == [(OTHER, "ana")]


def test_who_talks_in_the_fallback_of_one_node_is_not_free_because_another_is_empty() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1))
    for node, engaged in ((OTHER, (AgentId("ana"),)), (NODE, ())):
        hotline.happens(e.FallbackListed(at=hotline.at, node=node, waiting=(), engaged=engaged))
    assert hotline.state("ana") is AgentState.TALKING
    hotline.happens(e.FallbackListed(at=hotline.at, node=OTHER, waiting=(), engaged=()))
    assert hotline.state("ana") is AgentState.READY


class NextLife(TwoNodes):
    """Of an engine that knows the roster alone, and which nodes there are."""

    def __init__(self, before: TwoNodes) -> None:
        super().__init__()
        self.engine = Engine(policy(), epoch=8, nodes=(NODE, OTHER))
        self.works(*(a.profile for a in before.engine.floor.agents.values()))
        self.commands.clear()
        self.board = before.board


def talking_there_and_waiting_here() -> tuple[TwoNodes, Caller, Caller]:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1))
    there = hotline.caller_there("4")
    hotline.answers("ana")
    return hotline, there, hotline.caller_arrives().chooses("4")


def test_a_new_life_rings_nobody_before_every_node_has_told_who_talks_there() -> None:
    before, there, here = talking_there_and_waiting_here()
    carried, leg = before.board.carried, before.leg_of("ana")
    (dial,) = before.ordered(Dial)
    hotline = NextLife(before)
    hotline.lists(NODE, listed_leg(here.leg, None, carried=carried[here.leg]))
    assert not hotline.ordered(Dial)
    (bridge,) = before.board.bridges
    hotline.happens(
        e.LegsListed(
            at=hotline.at,
            node=OTHER,
            legs=(
                listed_leg(there.leg, None, carried=carried[there.leg]),
                listed_leg(leg, dial, carried=carried[leg]),
            ),
            bridges=(e.ListedBridge(bridge=bridge, legs=(there.leg, leg)),),
        )
    )
    assert hotline.state("ana") is AgentState.TALKING
    assert not hotline.ordered(Dial)


def test_a_new_life_goes_on_without_a_node_that_is_away() -> None:
    before, _, here = talking_there_and_waiting_here()
    hotline = NextLife(before)
    hotline.loses(OTHER)
    hotline.lists(NODE, listed_leg(here.leg, None, carried=before.board.carried[here.leg]))
    assert [dial.node for dial in hotline.ordered(Dial)] == [NODE]
    assert f"node:{OTHER}" in hotline.alarms()


def test_nobody_is_rung_for_callers_of_a_node_that_is_away_and_others_are_served() -> None:
    hotline = TwoNodes()
    waiting = hotline.caller_there("4")
    hotline.loses(OTHER)
    here = hotline.caller_arrives().chooses("4")
    hotline.works(agent("ana", on="phone", juridico=1))
    assert hotline.rung_from() == [("ana", NODE)]
    hotline.answers("ana")
    assert here.talks_to() == "ana"
    assert waiting.is_there


def test_a_node_that_restarted_has_lost_its_callers_and_no_other_has() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1), agent("beto", on="phone", juridico=1))
    here, there = hotline.caller_arrives().chooses("4"), hotline.caller_there("4")
    hotline.answers("ana")
    hotline.answers("beto")
    hotline.loses(OTHER)
    hotline.lists(OTHER, restarted=True)
    assert here.talks_to() == "ana"
    assert not there.is_there
    assert [r.by for r in hotline.records(CallFinished)] == [EndedBy.LOST]
    assert hotline.state("beto") is AgentState.WRAP_UP


def test_a_node_that_stays_away_is_given_up_and_its_agents_serve_the_others() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1, wrap_up=0))
    there = hotline.caller_there("4")
    hotline.answers("ana")
    here = hotline.caller_arrives().chooses("4")
    hotline.loses(OTHER)
    hotline.passes(29)
    assert hotline.state("ana") is AgentState.TALKING
    hotline.passes(1)
    assert not there.is_there
    assert [r.by for r in hotline.records(CallFinished)] == [EndedBy.LOST]
    hotline.answers("ana")
    assert here.talks_to() == "ana"


def test_the_only_node_that_is_left_is_never_given_up() -> None:
    hotline = TwoNodes()
    there = hotline.caller_there("4")
    hotline.loses(NODE)
    hotline.loses(OTHER)
    hotline.passes(300)
    assert there.is_there
    hotline.lists(NODE)
    hotline.passes(31)
    assert not there.is_there


def test_a_caller_of_a_node_that_was_given_up_and_was_only_unseen_goes_on() -> None:
    hotline = TwoNodes()
    hotline.works(agent("ana", on="phone", juridico=1))
    there = hotline.caller_there("4")
    hotline.leg_fails("ana", LegEnding.DECLINED)
    hotline.loses(OTHER)
    hotline.passes(31)
    assert not there.is_there
    hotline.lists(OTHER, listed_leg(there.leg, None, carried=hotline.board.carried[there.leg]))
    assert there.waits_in() == "juridico"
    assert hotline.records(Adopted)
    hotline.passes(60)
    legs = [dial.leg for dial in hotline.ordered(Dial)]
    assert len(legs) == len(set(legs)) > 1


def test_a_node_that_is_back_in_time_keeps_its_calls() -> None:
    hotline = TwoNodes()
    there = hotline.caller_there("4")
    hotline.loses(OTHER)
    hotline.passes(20)
    hotline.lists(OTHER, listed_leg(there.leg, None))
    hotline.passes(31)
    assert there.is_there
