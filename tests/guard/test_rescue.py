"""Whom the guard moves, whom it lets go, and whom it never touches."""

from __future__ import annotations

from router.guard.rescue import Rescue, Seen, rescue, seen


def caller(name: str, bridge: str = "", *, with_engine: bool = True) -> Seen:
    return Seen(channel=name, role="caller", bridge=bridge, with_engine=with_engine)


def agent(name: str, bridge: str = "", *, with_engine: bool = True) -> Seen:
    return Seen(channel=name, role="agent", bridge=bridge, with_engine=with_engine)


def test_whoever_waits_or_is_in_a_menu_is_moved() -> None:
    assert rescue([caller("one"), caller("two")]).move == ("one", "two")


def test_who_is_there_the_longest_is_moved_first() -> None:
    new = Seen(channel="new", role="caller", bridge="", with_engine=True, unique_id="179.10")
    old = Seen(channel="old", role="caller", bridge="", with_engine=True, unique_id="179.9")
    assert rescue([new, old]).move == ("old", "new")


def test_two_who_talk_are_left_alone() -> None:
    plan = rescue([caller("one", "b"), agent("ana", "b")])
    assert not plan.move
    assert not plan.let_go


def test_only_agents_telephones_in_conversations_are_listened_to() -> None:
    def leg(unique_id: str, role: str, bridge: str, application: str) -> Seen:
        row = {"Channel": "x", "BridgeID": bridge, "Application": application}
        return seen({**row, "Uniqueid": unique_id, "Data": "hotline"}, {"HOTLINE_ROLE": role})

    plan = rescue(
        [
            leg("1.1", "caller", "b", "Stasis"),
            leg("1.2", "agent", "b", "Stasis"),
            leg("1.3", "agent", "", "Stasis"),  # is rung, or hears the whisper
            leg("1.4", "caller", "q", "Queue"),
            leg("1.5", "", "q", "AppQueue"),
            leg("1.6", "", "", "AppQueue"),
            leg("1.7", "caller", "", "Queue"),
        ]
    )
    assert plan.listen == ("1.2", "1.5")


def test_a_caller_who_talks_to_somebody_outside_is_left_alone() -> None:
    outside = Seen(channel="line", role="partner", bridge="b", with_engine=True)
    assert rescue([caller("one", "b"), outside]) == Rescue(move=(), let_go=())


def test_a_caller_whose_partner_has_gone_is_moved() -> None:
    assert rescue([caller("one", "b"), agent("ana", "other")]).move == ("one",)


def test_callers_of_two_conversations_are_not_taken_for_partners() -> None:
    plan = rescue([caller("one", "b"), caller("two", "b")])
    assert plan.move == ("one", "two")


def test_a_caller_whom_the_dialplan_has_is_never_moved_again() -> None:
    assert rescue([caller("one", with_engine=False)]).move == ()


def test_a_telephone_that_rings_or_whispers_and_one_left_alone_are_let_go() -> None:
    plan = rescue([agent("rings", with_engine=False), agent("whispers"), agent("alone", "b")])
    assert plan.let_go == ("rings", "whispers", "alone")


def test_an_agent_who_dials_a_code_is_let_go_and_a_fallback_leg_is_none_of_ours() -> None:
    code = Seen(channel="code", role="code", bridge="", with_engine=True)
    other = Seen(channel="PJSIP/ana-9", role="", bridge="q", with_engine=False)
    assert rescue([code, other]) == Rescue(move=(), let_go=("code",))


def test_an_agent_who_dials_a_code_is_left_to_an_engine_that_still_beats() -> None:
    code = Seen(channel="code", role="code", bridge="", with_engine=True)
    plan = rescue([code, caller("one"), agent("rings")], beats=True)
    assert plan == Rescue(move=("one",), let_go=("rings",))


def test_a_row_of_asterisk_is_read() -> None:
    row = {
        "Channel": "PJSIP/trunk-1",
        "BridgeID": "b",
        "Application": "Stasis",
        "Data": "hotline,caller,5555335533",
    }
    assert seen(row, {"HOTLINE_ROLE": "caller"}) == caller("PJSIP/trunk-1", "b")
    assert not seen({**row, "Application": "Queue"}, {}).with_engine
    assert not seen({**row, "Data": "other,caller"}, {}).with_engine
