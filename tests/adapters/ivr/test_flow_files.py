"""What an admin is told about a mistake in the flow files, and where."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.adapters.flow_files import load, prompt_texts
from router.core.ivr.steps.menu import MenuStep
from router.core.routing.queue import Fanout, WidenStep
from router.core.routing.skills import SkillSet
from router.core.vocabulary import (
    DeviceKind,
    FlowName,
    Language,
    PromptId,
    QueueName,
    SkillName,
    StepName,
)
from tests.adapters.ivr.flow_mistakes import PLAIN, SHIPPED, Edit, told_of


def test_the_shipped_folder_has_no_problem_and_its_line_begins_the_flow() -> None:
    policy = load(SHIPPED)
    line, known = policy.book.line_for("5555335533")
    assert (line.flow, line.language, known) == ("linea", "es", True)
    assert policy.book.line_for("5500000000") == (line, False)


def test_the_shipped_menu_is_that_of_the_hotline() -> None:
    menu = load(SHIPPED).book.flows[FlowName("linea")].steps[StepName("menu")]
    assert isinstance(menu, MenuStep)
    assert menu.keys == {
        "1": "crisis",
        "2": "extorsion",
        "3": "violencia",
        "4": "juridico",
        "5": "orientacion",
        "6": "lengua_indigena",
        "7": "ingles",
        "0": "orientacion",
    }
    assert (menu.repeat, menu.wait, menu.wrong_keys) == ("*", timedelta(seconds=4), 2)
    assert (menu.on_timeout, menu.on_wrong) == ("crisis", "crisis")


def test_the_shipped_queues_are_those_of_the_hotline() -> None:
    policy = load(SHIPPED)
    crisis = policy.queues[QueueName("crisis")]
    assert [q.name for q in sorted(policy.queues.values(), key=lambda q: -q.order_class)] == [
        "crisis",
        "extorsion",
        "violencia",
        "trata",
        "juridico",
        "orientacion",
    ]
    assert crisis.require == SkillSet.of({SkillName("psicologia"): 1, SkillName("crisis"): 1})
    assert crisis.wrap_up is None
    assert crisis.fanout == Fanout(agents=2, from_offer=2)
    assert crisis.ring_for == {
        DeviceKind.DESK: timedelta(seconds=8),
        DeviceKind.PHONE: timedelta(seconds=12),
    }
    assert [str(step.also) for step in crisis.widen] == [
        "juridico and psicologia",
        "juridico and primeros_auxilios",
        "supervisor",
        "guardia",
    ]
    assert [step.alarm for step in crisis.widen] == [False, False, False, True]
    assert policy.queues[QueueName("orientacion")].require == SkillSet()
    (reserve,) = policy.reserves
    assert (reserve.free, dict(reserve.free_by_hours), reserve.for_class) == (2, {"noche": 1}, 100)


def test_either_of_two_skills_becomes_two_steps_of_the_same_moment() -> None:
    violencia = load(SHIPPED).queues[QueueName("violencia")]
    after = timedelta(seconds=20)
    assert violencia.widen[:2] == (
        WidenStep(after=after, also=SkillSet.of({SkillName("psicologia"): 1})),
        WidenStep(after=after, also=SkillSet.of({SkillName("juridico"): 1})),
    )


def test_only_the_queues_that_are_recorded_say_the_notice() -> None:
    queues = load(SHIPPED).queues.values()
    with_notice = {q.name for q in queues if q.waiting.notice == "aviso"}
    assert with_notice == {"extorsion", "juridico", "orientacion"}
    assert {q.name for q in queues if q.waiting.message is not None} == {"crisis"}


def test_every_prompt_has_its_text_in_both_languages() -> None:
    texts = prompt_texts(SHIPPED)
    spanish = {prompt for language, prompt in texts if language == "es"}
    english = {prompt for language, prompt in texts if language == "en"}
    grammatical = {p for p in spanish if p.startswith("spoken_")}
    assert spanish - grammatical == {p for p in english if not p.startswith("spoken_")}
    assert texts[Language("es"), PromptId("saludo")] == (
        "Línea de Seguridad del Consejo Ciudadano. Le atiende una persona. Si su vida corre"
        " peligro en este momento, cuelgue y marque nueve, uno, uno."
    )


def test_it_is_night_from_midnight_to_seven_in_mexico_city() -> None:
    night = load(SHIPPED).book.hours["noche"]
    assert night.is_open(datetime(2026, 11, 24, 6, 0, tzinfo=UTC))
    assert night.is_open(datetime(2026, 11, 24, 12, 59, tzinfo=UTC))
    assert not night.is_open(datetime(2026, 11, 24, 13, 0, tzinfo=UTC))
    assert not night.is_open(datetime(2026, 11, 24, 5, 59, tzinfo=UTC))


def test_hours_can_be_forced_for_a_trial() -> None:
    noon = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    assert load(SHIPPED, {"noche": True}).book.hours["noche"].is_open(noon)
    assert not load(SHIPPED, {"noche": False}).book.hours["noche"].is_open(noon)


def test_hours_that_are_forced_but_do_not_exist_are_told(flow_folder: Path) -> None:
    assert told_of(flow_folder, {"noches": True}) == [
        "ivr/hours.yaml:1:1: the hours 'noches' are to be forced, and are not here;"
        " expected noche; did you mean noche?"
    ]


def test_the_version_changes_with_the_contents_only(flow_folder: Path, edit: Edit) -> None:
    before = load(flow_folder).version
    assert load(flow_folder, {"noche": True}).version == before
    assert before == load(PLAIN).version
    edit("flows/linea.yaml", "wait: 4s", "wait: 5s")
    assert load(flow_folder).version != before


def test_all_mistakes_of_all_files_are_told_at_once(flow_folder: Path, edit: Edit) -> None:
    edit("flows/linea.yaml", "wait: 4s", "wait: 4")
    edit("flows/linea.yaml", "queue: juridico", "queue: juridic")
    edit("queues.yaml", "target: 90% in 15s", "target: soon")
    edit("hours.yaml", "zone: America/Mexico_City", "zone: Nowhere")
    edit("lines.yaml", "flow: linea", "flow: lines")
    assert [line.split(":")[0] for line in told_of(flow_folder)] == [
        "ivr/flows/linea.yaml",
        "ivr/flows/linea.yaml",
        "ivr/hours.yaml",
        "ivr/lines.yaml",
        "ivr/queues.yaml",
    ]


def test_words_that_yaml_would_turn_into_something_else_stay_words(
    flow_folder: Path, edit: Edit
) -> None:
    edit("lines.yaml", "name: Línea de Seguridad", "name: on")
    edit("prompts/en.yaml", "susurro_crisis: Crisis call. To take it, press one.", "x: 18:30")
    edit("queues.yaml", "whisper: susurro_crisis", "whisper: susurro_trata")
    assert load(flow_folder).book.lines["5555335533"].name == "on"
    assert prompt_texts(flow_folder)[Language("en"), PromptId("x")] == "18:30"


def test_days_of_the_week_may_have_hours_of_their_own(flow_folder: Path, edit: Edit) -> None:
    edit(
        "hours.yaml",
        "    open: 00:00-07:00",
        "    open:\n      mon-fri: 09:00-18:00\n      sat: [09:00-13:00, 22:00-02:00]",
    )
    hours = load(flow_folder).book.hours["noche"]
    saturday = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)  # midnight in Mexico City
    assert [hours.is_open(saturday + timedelta(hours=h)) for h in (9, 14, 23, 25, 26, 33)] == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_flow_without_a_way_to_a_person_is_refused(flow_folder: Path) -> None:
    (flow_folder / "flows" / "linea.yaml").write_text(
        "start: adios\nsteps:\n  adios:\n    goodbye: gracias\n"
    )
    assert told_of(flow_folder) == [
        "ivr/flows/linea.yaml:1:8: no way leads from 'adios' to a person; expected a step with"
        " `queue` on the way"
    ]


def test_a_missing_folder_is_told(flow_folder: Path) -> None:
    assert told_of(flow_folder / "nowhere") == [
        "ivr/nowhere:1:1: there is no such folder; expected the folder of the flow files"
    ]


def test_missing_and_misnamed_files_are_told(flow_folder: Path) -> None:
    (flow_folder / "queues.yaml").rename(flow_folder / "queue.yaml")
    (flow_folder / "flows" / "linea.yaml").rename(flow_folder / "flows" / "linea.yml")
    assert told_of(flow_folder) == [
        "ivr/flows/linea.yml:1:1: the file cannot be named 'linea.yml'; expected small letters"
        " without accents, digits and _, and .yaml",
        "ivr/lines.yaml:5:11: the line '5555335533' begins 'linea', which is no flow; expected"
        " one to be written first",
        "ivr/queue.yaml:1:1: no file has this name; expected contacts.yaml, hours.yaml, lines.yaml"
        " or queues.yaml; did you mean queues.yaml?",
        "ivr/queues.yaml:1:1: the file is missing; expected it to be there",
    ]


def test_a_file_in_another_encoding_is_told_where(flow_folder: Path) -> None:
    (flow_folder / "lines.yaml").write_bytes("# líneas\nlines: {}\n".encode("latin-1"))
    assert told_of(flow_folder)[0] == (
        "ivr/lines.yaml:1:4: this byte is no letter in UTF-8; expected a file saved as UTF-8"
    )


@pytest.mark.parametrize("content", ["", "# nothing\n", "- a\n- b\n", "words\n"])
def test_a_file_that_is_no_mapping_is_told(flow_folder: Path, content: str) -> None:
    (flow_folder / "hours.yaml").write_text(content)
    (told,) = told_of(flow_folder)
    assert told.startswith("ivr/hours.yaml:1:1: the file is ")


def test_a_file_of_over_a_megabyte_is_not_read(flow_folder: Path) -> None:
    (flow_folder / "hours.yaml").write_bytes(b"#" * 1_000_001)
    assert told_of(flow_folder) == [
        "ivr/hours.yaml:1:1: the file is larger than 1 MB; expected several smaller files"
    ]


def test_a_pipe_in_place_of_a_file_is_not_waited_for(flow_folder: Path) -> None:
    (flow_folder / "hours.yaml").unlink()
    os.mkfifo(flow_folder / "hours.yaml")
    assert told_of(flow_folder) == ["ivr/hours.yaml:1:1: this is no file; expected a file"]


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_a_file_nested_without_end_is_refused_at_once(flow_folder: Path, opening: str) -> None:
    (flow_folder / "hours.yaml").write_text("hours: " + opening * 100_000)
    (told,) = told_of(flow_folder)
    assert "more than 50 levels" in told


def test_no_more_than_a_hundred_mistakes_are_told(flow_folder: Path) -> None:
    names = "".join(f"  step{n}: {{play: nothing, next: nowhere}}\n" for n in range(1000))
    (flow_folder / "flows" / "linea.yaml").write_text(f"start: step0\nsteps:\n{names}")
    told = told_of(flow_folder)
    assert len(told) == 101
    assert told[-1] == "... and 1900 more"


def test_a_file_that_may_not_be_read_is_told(
    flow_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Path.open

    def refuse(path: Path, mode: str) -> object:
        if path.name == "hours.yaml":
            raise PermissionError(13, "Permission denied")
        return closed(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    assert told_of(flow_folder) == [
        "ivr/hours.yaml:1:1: the file cannot be read (Permission denied); expected a file that"
        " may be read"
    ]
