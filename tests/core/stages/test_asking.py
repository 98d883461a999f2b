"""A caller hears something while another system is asked, and goes on whatever it answers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from router.adapters.ivr.expressions import read_source
from router.core.commands import LookUp, StartMusic
from router.core.events import LookupEnded
from router.core.ivr.model import Step
from router.core.ivr.steps.collect import CollectStep
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.http import HttpStep
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.set import SetStep
from router.core.ivr.values import Value, ValueKind
from router.core.policy import Policy
from router.core.records import LookedUp
from router.core.vocabulary import QueueName, StepName
from router.rehearsal.switchboard import MUSIC, SILENCE
from tests.core.books import books_close
from tests.core.driver import Driver
from tests.core.house import policy_of, prompts, seconds

FOLIO = "712345"


def rules(*, meanwhile: bool = False, typed: bool = False) -> Policy:
    """Asks about a number, which the caller may have typed; with an answer goodbye, else crisis."""
    padron, crisis = StepName("padron"), StepName("crisis")
    collect = CollectStep(
        name=StepName("folio"),
        prompts=prompts("pide"),
        into="folio",
        most=len(FOLIO),
        next=padron,
        on_timeout=crisis,
        on_wrong=crisis,
    )
    steps: tuple[Step, ...] = (
        collect if typed else SetStep(name=StepName("folio"), values={"folio": FOLIO}, next=padron),
        HttpStep(
            name=StepName("padron"),
            url="https://padron.example/api",
            send={"folio": read_source("=folio")},
            timeout=seconds(3),
            retries=1,
            schema="{}",
            into={"activo": "vigente"},
            kinds={"vigente": ValueKind.TRUTH},
            meanwhile=prompts("un_momento") if meanwhile else (),
            next=StepName("gracias"),
            on_failure=StepName("crisis"),
        ),
        QueueStep(name=StepName("crisis"), queue=QueueName("crisis"), next=StepName("gracias")),
        GoodbyeStep(name=StepName("gracias"), prompts=prompts("gracias")),
    )
    return policy_of(*steps)


def answers(hotline: Driver, values: Mapping[str, Value] | None, why: str = "") -> None:
    lookup = hotline.ordered(LookUp)[-1].lookup
    hotline.happens(LookupEnded(at=hotline.at, lookup=lookup, values=values, why=why))


def test_the_caller_hears_music_until_the_answer_comes() -> None:
    hotline = Driver(rules())
    caller = hotline.caller_arrives()
    assert caller.hears == MUSIC
    (command,) = hotline.ordered(LookUp)
    assert dict(command.request.send) == {"folio": FOLIO}
    hotline.passes(2)
    answers(hotline, {"vigente": True})
    assert caller.hears == "gracias"
    assert caller.call.run.variables["activo"] is True
    assert [(r.why, r.took) for r in hotline.records(LookedUp)] == [("", seconds(2))]


def test_a_prompt_comes_first_and_then_music() -> None:
    hotline = Driver(rules(meanwhile=True))
    caller = hotline.caller_arrives()
    assert caller.hears == "un_momento"
    assert caller.hears_out().hears == MUSIC


def test_an_answer_during_the_prompt_cuts_it() -> None:
    hotline = Driver(rules(meanwhile=True))
    caller = hotline.caller_arrives()
    answers(hotline, {"vigente": True})
    assert caller.hears == "gracias"


@pytest.mark.parametrize("values", [None, {}])
def test_no_answer_that_fits_leads_to_a_person(values: Mapping[str, Value] | None) -> None:
    hotline = Driver(rules())
    caller = hotline.caller_arrives()
    answers(hotline, values, "status 500")
    assert caller.call.run.step == "crisis"


def test_a_shell_that_never_tells_leads_to_a_person() -> None:
    hotline = Driver(rules())
    caller = hotline.caller_arrives()
    hotline.passes(2 * 3 + 5)
    assert caller.call.run.step == "crisis"
    assert [r.why for r in hotline.records(LookedUp)] == ["never told"]


def test_a_command_that_failed_leads_to_a_person() -> None:
    hotline = Driver(rules())
    caller = hotline.caller_arrives()
    hotline.refused(hotline.ordered(LookUp)[0])
    hotline.passes(0)
    assert caller.call.run.step == "crisis"


def test_an_answer_twice_or_after_the_hang_up_changes_nothing() -> None:
    hotline = Driver(rules())
    caller = hotline.caller_arrives()
    answers(hotline, {"vigente": True})
    answers(hotline, {"vigente": True})
    assert caller.hears == "gracias"
    caller.hangs_up()
    hotline.caller_arrives().hangs_up()
    answers(hotline, {"vigente": True})
    books_close(hotline.entries, hotline.engine.floor)


def test_keys_do_not_hurry_it() -> None:
    hotline = Driver(rules())
    assert hotline.caller_arrives().presses("1#").hears == MUSIC


def test_what_is_asked_and_answered_is_written_nowhere() -> None:
    hotline = Driver(rules(typed=True))
    caller = hotline.caller_arrives().presses(FOLIO)
    answers(hotline, {"vigente": True})
    assert caller.hears == "gracias"
    assert FOLIO not in repr((hotline.entries, hotline.commands))
    assert FOLIO not in caller.call.carried


def test_music_that_asterisk_refused_is_started_again() -> None:
    hotline = Driver(rules())
    caller = hotline.caller_arrives()
    hotline.refused(hotline.ordered(StartMusic)[0])
    assert caller.hears == SILENCE
    hotline.passes(1)
    assert caller.hears == MUSIC
