"""A caller is brought to a partner line: a person confirms, and the caller is never left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core.commands import Bridge, DialPartner, Hangup, RemoveBridge, StartMusic
from router.core.ivr.model import Step
from router.core.ivr.steps.dial import DialStep
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.queue import QueueStep
from router.core.policy import Policy
from router.core.records import PartnerAnswered, PartnerLeft, PartnerMissed
from router.core.vocabulary import ContactName, EndedBy, LegEnding, QueueName, Refusal, StepName
from router.rehearsal.switchboard import GONE, MUSIC, SILENCE, THE_OTHER
from tests.core.books import books_close, floor_agrees
from tests.core.driver import Caller, Driver
from tests.core.house import policy_of, prompts, seconds

NUMBER = "8009112000"


def rules(*, confirm: bool = True) -> Policy:
    """The partner first, and crisis if it is not reached."""
    partner = ContactName("vida")
    steps: tuple[Step, ...] = (
        DialStep(
            name=StepName("vida"),
            contact=partner,
            confirm=prompts("acepta") if confirm else (),
            ring=seconds(30),
            next=StepName("gracias"),
            on_unreached=StepName("crisis"),
        ),
        QueueStep(name=StepName("crisis"), queue=QueueName("crisis"), next=StepName("gracias")),
        GoodbyeStep(name=StepName("gracias"), prompts=prompts("gracias")),
    )
    return policy_of(*steps, contacts={partner: NUMBER})


def dialled(hotline: Driver) -> Caller:
    caller = hotline.caller_arrives()
    floor_agrees(hotline)
    return caller


def test_the_caller_hears_music_while_it_rings_outside() -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    assert caller.hears == MUSIC
    (command,) = hotline.ordered(DialPartner)
    assert (command.number, command.ring_for) == (NUMBER, seconds(30))
    assert NUMBER not in repr((hotline.entries, hotline.commands))


def test_a_person_confirms_by_one() -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    hotline.partner_picks_up()
    leg = hotline.partner_leg()
    assert (caller.hears, hotline.board.hears[leg]) == (MUSIC, "acepta")
    hotline.partner_presses("5")
    assert not hotline.ordered(Bridge)
    hotline.partner_presses("1")
    assert (caller.hears, hotline.board.hears[leg]) == (THE_OTHER, THE_OTHER)
    assert [r.contact for r in hotline.records(PartnerAnswered)] == ["vida"]
    floor_agrees(hotline)


def test_without_a_question_picking_up_is_enough() -> None:
    hotline = Driver(rules(confirm=False))
    caller = dialled(hotline)
    hotline.partner_picks_up()
    assert caller.hears == THE_OTHER


def test_a_machine_does_not_get_the_caller() -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    hotline.partner_picks_up()
    leg = hotline.partner_leg()
    hotline.passes(10)
    assert [r.why for r in hotline.records(PartnerMissed)] == ["unconfirmed"]
    assert hotline.board.hears[leg] == GONE
    assert caller.call.run.step == "crisis"
    assert caller.hears == MUSIC


def test_who_does_not_pick_up_is_not_waited_for_longer() -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    hotline.passes(30)
    assert [r.why for r in hotline.records(PartnerMissed)] == ["rang_out"]
    assert caller.call.run.step == "crisis"
    assert not hotline.board.outside
    books_close(hotline.entries, hotline.engine.floor)


@pytest.mark.parametrize("ending", [LegEnding.DECLINED, LegEnding.UNREACHABLE])
def test_who_refuses_leads_to_a_person_of_ours(ending: LegEnding) -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    hotline.partner_ends(ending)
    assert [r.why for r in hotline.records(PartnerMissed)] == [ending.value]
    assert caller.call.run.step == "crisis"


@pytest.mark.parametrize("why", [Refusal.REFUSED, Refusal.UNKNOWN])
def test_a_call_that_cannot_be_placed_leads_to_a_person_of_ours(why: Refusal) -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    hotline.refused(hotline.ordered(DialPartner)[0], why)
    assert [r.why for r in hotline.records(PartnerMissed)] == ["refused"]
    assert caller.call.run.step == "crisis"
    hotline.passes(60)
    assert len(hotline.records(PartnerMissed)) == 1


def test_two_who_could_not_be_joined_are_not_left_with_each_other() -> None:
    hotline = Driver(rules(confirm=False))
    caller = dialled(hotline)
    hotline.partner_picks_up()
    leg = hotline.partner_leg()
    hotline.refused(hotline.ordered(Bridge)[0])
    assert hotline.board.hears[leg] == GONE
    assert caller.call.run.step == "crisis"
    assert caller.hears == MUSIC
    # Asterisk may have made it all the same.
    assert [c.bridge for c in hotline.ordered(RemoveBridge)] == [hotline.ordered(Bridge)[0].bridge]


def test_the_flow_goes_on_when_the_partner_hangs_up() -> None:
    hotline = Driver(rules(confirm=False))
    caller = dialled(hotline)
    hotline.partner_picks_up()
    hotline.passes(60)
    hotline.partner_ends()
    assert caller.hears == "gracias"
    (left,) = hotline.records(PartnerLeft)
    assert (left.contact, left.by, left.talked) == ("vida", EndedBy.AGENT, seconds(60))
    caller.hears_out()
    assert not hotline.engine.floor.calls
    books_close(hotline.entries, hotline.engine.floor)


def test_a_line_that_breaks_leads_to_a_person_of_ours_and_is_no_end() -> None:
    hotline = Driver(rules(confirm=False))
    caller = dialled(hotline)
    hotline.partner_picks_up()
    hotline.passes(60)
    hotline.partner_ends(LegEnding.LOST)
    assert caller.call.run.step == "crisis"
    (left,) = hotline.records(PartnerLeft)
    assert (left.by, left.talked) == (EndedBy.LOST, seconds(60))
    floor_agrees(hotline)


def test_a_partner_whose_end_nobody_saw_may_have_lost_the_line() -> None:
    hotline = Driver(rules(confirm=False))
    caller = dialled(hotline)
    hotline.partner_picks_up()
    hotline.passes(60)
    hotline.board.ends(hotline.partner_leg(), hotline.at)
    hotline.disconnects()
    hotline.listed()
    assert caller.call.run.step == "crisis"


def test_a_line_that_broke_unseen_just_after_they_met_leaves_nobody_in_silence() -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    hotline.passes(6)
    hotline.partner_picks_up()
    hotline.partner_presses("1")
    hotline.passes(1)
    hotline.board.ends(hotline.partner_leg(), hotline.at)
    hotline.disconnects()
    hotline.listed()
    assert (caller.call.run.step, caller.hears) == ("crisis", MUSIC)
    floor_agrees(hotline)


@pytest.mark.parametrize("until", ["rings", "asked", "talks"])
def test_a_caller_who_hangs_up_leaves_no_telephone_ringing(until: str) -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    leg = hotline.partner_leg()
    if until != "rings":
        hotline.partner_picks_up()
    if until == "talks":
        hotline.partner_presses("1")
    caller.hangs_up()
    assert leg in [c.leg for c in hotline.ordered(Hangup)]
    assert hotline.board.hears.get(leg, GONE) == GONE
    assert not hotline.engine.floor.partner_legs
    assert len(hotline.records(PartnerLeft)) == (until == "talks")
    hotline.passes(60)
    assert not hotline.records(PartnerMissed)
    books_close(hotline.entries, hotline.engine.floor)


def test_keys_in_the_conversation_are_the_callers_own_affair() -> None:
    hotline = Driver(rules(confirm=False))
    caller = dialled(hotline)
    hotline.partner_picks_up()
    caller.presses("1#")
    assert caller.hears == THE_OTHER


def test_a_partner_who_vanished_while_the_connection_was_lost_is_missed() -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    hotline.passes(6)
    hotline.board.ends(hotline.partner_leg(), hotline.at)
    hotline.disconnects()
    hotline.listed()
    assert len(hotline.records(PartnerMissed)) == 1
    assert caller.call.run.step == "crisis"


def test_a_contact_that_is_no_longer_there_leads_to_a_person_of_ours() -> None:
    known = rules()
    hotline = Driver(replace(known, book=replace(known.book, contacts={})))
    caller = hotline.caller_arrives()
    assert caller.call.run.step == "crisis"
    assert not hotline.ordered(DialPartner)


def test_music_that_asterisk_refused_is_started_again() -> None:
    hotline = Driver(rules())
    caller = dialled(hotline)
    hotline.refused(hotline.ordered(StartMusic)[0])
    assert caller.hears == SILENCE
    hotline.passes(1)
    assert caller.hears == MUSIC
