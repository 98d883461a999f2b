"""Why a caller is still waiting, at any moment; and the reasons that the journal keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from router.core.enquiry import all_waiting, still_waiting
from router.core.journal_lines import decode, encode
from router.core.records import OfferMade
from router.core.routing.explain import Exclusion, KeptWaiting, Stands, StillWaiting
from router.core.routing.queue import Reserve
from router.why import because_nobody, standing
from tests.core.driver import Caller, Driver
from tests.core.house import agent, policy, skills


def asked(hotline: Driver, caller: Caller) -> StillWaiting:
    found = still_waiting(hotline.engine.floor, caller.id, hotline.at)
    assert found is not None
    return found


def stands(found: StillWaiting) -> dict[str, Exclusion | None]:
    return {each.agent: each.excluded for each in found.stands}


def test_a_caller_who_waits_is_told_who_is_left_out_by_which_rule_and_what_widens() -> None:
    hotline = Driver()
    hotline.works(
        agent("ana", psicologia=3, crisis=3),
        agent("ben", juridico=3),
        agent("cat", psicologia=3, crisis=3),
    )
    hotline.pauses("ana")
    hotline.desk_is("cat", reachable=False)
    caller = hotline.caller_arrives().chooses("1")
    hotline.passes(5)
    found = asked(hotline, caller)
    assert stands(found) == {
        "ana": Exclusion.PAUSED,
        "ben": Exclusion.NOT_QUALIFIED,
        "cat": Exclusion.UNREACHABLE,
    }
    assert found.widens_at == caller.call.arrived_at + timedelta(seconds=20)
    assert found.widens_to == "juridico and psicologia"
    assert (found.why.eligible, found.why.staffed, found.why.policy) == (2, 3, "test")


def test_who_comes_before_is_counted_among_those_who_share_an_agent() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("ben", juridico=3))
    hotline.pauses("ana")
    hotline.pauses("ben")
    hotline.caller_arrives().chooses("1")
    first = hotline.caller_arrives().chooses("4")
    hotline.passes(1)
    second = hotline.caller_arrives().chooses("4")
    assert (asked(hotline, first).ahead, asked(hotline, second).ahead) == (0, 1)


def test_who_waits_because_of_a_reserve_is_told_so() -> None:
    reserve = Reserve(skills=skills(psicologia=1, crisis=1), for_class=100, free=1)
    hotline = Driver(policy(reserves=(reserve,)))
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("ben", juridico=3))
    hotline.pauses("ben")
    caller = hotline.caller_arrives().chooses("5")
    found = asked(hotline, caller)
    assert found.why.reserved
    assert stands(found)["ana"] is Exclusion.RESERVED
    assert "kept for graver calls" in because_nobody(found.why)


def test_a_wait_is_expected_to_be_longer_behind_others_and_surer_is_longer() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.answers("ben")
    first = hotline.caller_arrives().chooses("4")
    hotline.passes(1)
    second = hotline.caller_arrives().chooses("4")
    early, late = asked(hotline, first).expected, asked(hotline, second).expected
    assert [chance for chance, _ in early] == [0.5, 0.9]
    assert all(one[1] < other[1] for one, other in zip(early, late, strict=True))
    assert early[0][1] < early[1][1]


def test_nobody_on_shift_means_no_expectation_at_all() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().chooses("4")
    found = asked(hotline, caller)
    assert (found.expected, found.stands) == ((), ())


def test_an_agent_who_is_being_rung_is_said_to_be() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    caller = hotline.caller_arrives().chooses("4")
    found = asked(hotline, caller)
    assert found.ringing == ("ben",)
    assert standing(found.stands[0], found) == "ben is being rung for this call"


def test_what_ends_by_itself_says_when() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("zoe", juridico=3))
    hotline.pauses("zoe")
    hotline.caller_arrives().chooses("4")
    hotline.answers("ben")
    hotline.hangs_up("ben")
    caller = hotline.caller_arrives().chooses("4")
    found = asked(hotline, caller)
    ben = next(each for each in found.stands if each.agent == "ben")
    assert ben == Stands(
        agent=ben.agent, excluded=Exclusion.WRAP_UP, until=hotline.at + timedelta(seconds=240)
    )
    assert standing(ben, found) == "ben is in wrap-up (P1), for 4 min more"


def test_everybody_who_waits_is_told_of_in_the_order_of_their_places() -> None:
    hotline = Driver()
    second, first = hotline.caller_arrives(), hotline.caller_arrives()
    first.chooses("4")
    hotline.passes(1)
    second.chooses("4")
    found = all_waiting(hotline.engine.floor, hotline.at)
    assert [each.call for each in found] == [first.id, second.id]


@pytest.mark.parametrize("kind", [OfferMade, KeptWaiting])
def test_the_reasons_come_back_from_the_journal_exactly_as_they_were(
    kind: type[OfferMade] | type[KeptWaiting],
) -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("ben", juridico=3))
    hotline.caller_arrives().chooses("1")
    hotline.caller_arrives().chooses("1")
    found = hotline.records(kind)
    assert found
    for record in found:
        assert decode(*encode(record)) == record


def test_a_caller_who_waits_is_written_down_with_reasons_once_and_after_each_widening() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    hotline.pauses("ana")
    hotline.caller_arrives().chooses("1")
    hotline.passes(70)
    assert [record.widening for record in hotline.records(KeptWaiting)] == [0, 1, 2]
