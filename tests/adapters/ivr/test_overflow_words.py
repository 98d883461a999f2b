"""What a queue may say about waiting that is not enough, and what it may not."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from router.adapters.flow_check import check
from router.adapters.flow_files import load
from router.core.routing.overflow import Alerts, Outside, Overflow
from router.core.routing.skills import ANYONE, SkillSet
from router.core.vocabulary import ContactName, PromptId, QueueName, SkillName, StepName
from tests.adapters.ivr.flow_mistakes import Edit, told_of

ROOT = Path(__file__).parents[3]
CRISIS, EXTORSION = QueueName("crisis"), QueueName("extorsion")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of ivr/."""
    return Path(shutil.copytree(ROOT / "ivr", tmp_path / "shipped"))


def overflows(edit: Edit, text: str) -> None:
    """Of the queue extorsion."""
    skills = "    skills: extorsion\n"
    edit("queues.yaml", skills, f"{skills}    overflow:\n      - {text}\n")


def test_v1_conditions_and_actions_are_read_as_they_are_written(
    flow_folder: Path, edit: Edit
) -> None:
    overflows(
        edit,
        "when: {wait: 90s, expected: 6min, length: 4, nobody_staffed: true}\n"
        "        do: {alarm: true, widen: true, on_call: psicologia or juridico, step: gracias}",
    )
    both = (SkillSet.of({SkillName("psicologia"): 1}), SkillSet.of({SkillName("juridico"): 1}))
    assert load(flow_folder).queues[EXTORSION].overflow == (
        Overflow(
            wait=timedelta(seconds=90),
            expected=timedelta(minutes=6),
            length=4,
            nobody_staffed=True,
            alarm=True,
            widen=True,
            on_call=both,
            step=StepName("gracias"),
        ),
    )


def test_v1_the_shipped_crisis_calls_in_at_90_s_and_tells_of_45_s_and_of_nobody(
    shipped: Path,
) -> None:
    crisis = load(shipped).queues[CRISIS]
    assert crisis.alerts == Alerts(waiting=timedelta(seconds=45), nobody=True)
    assert crisis.overflow == (Overflow(wait=timedelta(seconds=90), alarm=True, on_call=(ANYONE,)),)


def test_v1_the_partner_line_that_is_written_out_works_once_the_sign_is_taken_away(
    shipped: Path,
) -> None:
    queues = shipped / "queues.yaml"
    queues.write_text(
        queues.read_text()
        .replace("      # - when: {wait: 120s}", "      - when: {wait: 120s}")
        .replace("      #   do: {partner", "        do: {partner")
    )
    contact = "contacts: {linea_aliada: {name: Línea aliada, number: 8009112000}}\n"
    assert contact.strip() in queues.read_text()
    (shipped / "contacts.yaml").write_text(contact)
    partner = load(shipped).queues[CRISIS].overflow[-1]
    assert partner == Overflow(
        wait=timedelta(seconds=120),
        outside=Outside(contact=ContactName("linea_aliada"), confirm=(PromptId("susurro_crisis"),)),
    )
    assert not check(shipped).findings


def test_v1_nobody_in_crisis_is_sent_to_a_step_without_people(shipped: Path) -> None:
    queues = shipped / "queues.yaml"
    do = "do: {alarm: true, on_call: anyone}"
    queues.write_text(queues.read_text().replace(do, "do: {step: gracias}"))
    (told,) = told_of(shipped)
    assert "is served first, and here its callers would leave it with nobody" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{when: {}, do: {widen: true}}", "overflows without a condition"),
        ("{when: {wait: 9s}, do: {}}", "overflows into nothing"),
        ("{when: {wait: 9s}, do: {partner: vida}}", "a machine could take them"),
        (
            "{when: {wait: 9s}, do: {partner: vida, confirm: susurro_crisis}}",
            "overflows to 'vida', which is no entry of contacts.yaml",
        ),
        (
            "{when: {wait: 9s}, do: {step: nowhere}}",
            "which overflows to 'nowhere', which is no step of this flow",
        ),
        ("{when: {wait: soon}, do: {widen: true}}", "`wait` is 'soon'"),
        ("{when: {length: 0}, do: {widen: true}}", "`length` is '0'"),
        ("{when: {wait: 9s}, do: {voicemail: true}}", "has no 'voicemail'"),
    ],
)
def test_v1_what_is_wrong_is_told_with_its_place(
    flow_folder: Path, edit: Edit, text: str, words: str
) -> None:
    overflows(edit, text)
    assert any(words in told for told in told_of(flow_folder))


def test_v1_a_step_that_only_an_overflow_leads_to_is_reached(flow_folder: Path, edit: Edit) -> None:
    overflows(edit, "{when: {wait: 9s}, do: {step: despedida}}")
    edit(
        "flows/linea.yaml",
        "steps:\n",
        "steps:\n  despedida:\n    goodbye: gracias\n",
    )
    assert not [each for each in check(flow_folder).findings if each.code == "IVR007"]
