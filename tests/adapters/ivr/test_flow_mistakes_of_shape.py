"""What an admin is told when a word or a key is not what its place asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters.ivr.steps import ALL_KINDS
from tests.adapters.ivr.flow_mistakes import Edit, Elsewhere, Mistake, told_of

MISTAKES = (
    Mistake(
        "an unknown step kind",
        "flows/linea.yaml",
        "  saludo:\n    play: saludo",
        "  saludo:\n    ▸plai: saludo",
        (f"the step 'saludo' does nothing known; expected {ALL_KINDS}; did you mean play?",),
    ),
    Mistake(
        "two kinds in one step",
        "flows/linea.yaml",
        "    goodbye: gracias",
        "    goodbye: gracias\n    ▸play: gracias",
        ("the step 'gracias' is `goodbye` and `play`; expected one of them, in a step of its own",),
    ),
    Mistake(
        "an unknown word in a step",
        "flows/linea.yaml",
        "on_timeout: crisis",
        "▸on_timeuot: crisis",
        (
            Elsewhere(
                "flows/linea.yaml",
                "▸menu:\n    menu",
                "the step 'menu' has no `on_timeout`; expected a line `on_timeout: ...`",
            ),
            "the step 'menu' has no 'on_timeuot'; expected barge_in, keys, menu, on_failure,"
            " on_timeout, on_wrong, repeat, repeats, wait, ...; did you mean on_timeout?",
        ),
    ),
    Mistake(
        "preferred skills in a list",
        "flows/linea.yaml",
        "prefer: english",
        "prefer: ▸[english]",
        (
            "the step 'prefiere_ingles': `prefer` is a list; expected a skill, or skills with"
            " weights from 1 to 100 such as {nahuatl: 2}",
        ),
    ),
    Mistake(
        "a key that no telephone has",
        "flows/linea.yaml",
        "      7: ingles",
        "      ▸77: ingles",
        (
            "the step 'menu': the key '77' does not fit; expected a key of the telephone: 0 to 9,"
            " '*' or '#'",
        ),
    ),
    Mistake(
        "a duration without a unit",
        "flows/linea.yaml",
        "wait: 4s",
        "wait: ▸4",
        ("the step 'menu': `wait` is '4'; expected a duration from 1s to 30s",),
    ),
    Mistake(
        "a caller left in silence",
        "flows/linea.yaml",
        "wait: 4s",
        "wait: ▸5min",
        ("the step 'menu': `wait` is '5min'; expected a duration from 1s to 30s",),
    ),
    Mistake(
        "an empty value",
        "flows/linea.yaml",
        "wrong: no_entendi",
        "▸wrong:",
        (
            "the step 'menu': `wrong` is empty; expected a prompt, or a list of prompts, each a"
            " name: small letters without accents, digits and _",
        ),
    ),
    Mistake(
        "a number that cannot be dialled",
        "lines.yaml",
        "  5555335533:",
        "  5555335533:\n    {name: x, flow: linea, language: es}\n  ▸55-33:",
        (
            "the line '55-33' cannot be dialled; expected a telephone number in digits, such as"
            " 5555335533",
        ),
    ),
    Mistake(
        "a target that is none",
        "queues.yaml",
        "target: 90% in 15s",
        "target: ▸90%",
        ("the queue 'extorsion': `target` is '90%'; expected a target such as 90% in 20s",),
    ),
    Mistake(
        "skills that cannot be read",
        "queues.yaml",
        "skills: psicologia and crisis\n    widen",
        "skills: ▸psicologia y crisis\n    widen",
        (
            "the queue 'crisis': `skills` is 'psicologia y crisis'; expected skills such as"
            " `psicologia and juridico`, `juridico>=3` or `anyone`",
        ),
    ),
    Mistake(
        "an unknown word deep inside",
        "queues.yaml",
        "also: guardia, alarm: true",
        "also: guardia, ▸alarms: true",
        (
            "the queue 'crisis', `widen`, number 4 has no 'alarms'; expected after, alarm or also;"
            " did you mean alarm?",
        ),
    ),
    Mistake(
        "a truth in another language",
        "queues.yaml",
        "also: guardia, alarm: true",
        "also: guardia, alarm: ▸on",
        ("the queue 'crisis': `widen`, number 4, `alarm` is 'on'; expected true or false",),
    ),
    Mistake(
        "a class with a leading zero",
        "queues.yaml",
        "class: 50",
        "class: ▸050",
        ("the queue 'juridico': `class` is '050'; expected a whole number from 1 to 1000",),
    ),
    Mistake(
        "a list that is none",
        "queues.yaml",
        "    widen:\n      - {after: 45s, also: psicologia and juridico}\n    target: 80",
        "    widen: ▸45s\n    target: 80",
        ("the queue 'juridico': `widen` is '45s'; expected a list",),
    ),
    Mistake(
        "a time that no clock shows",
        "hours.yaml",
        "    open: 00:00-07:00",
        "    open: ▸00:00-25:00",
        ("the hours 'noche': `open` is '00:00-25:00'; expected times such as 09:00-18:00",),
    ),
    Mistake(
        "a day that no week has",
        "hours.yaml",
        "    open: 00:00-07:00",
        "    open: {▸mon-fry: 09:00-18:00}",
        (
            "the hours 'noche': the key 'mon-fry' does not fit; expected a day or days such as"
            " mon, mon-fri or sat-sun",
        ),
    ),
    Mistake(
        "an empty text",
        "prompts/en.yaml",
        "susurro_crisis: Crisis call. To take it, press one.",
        '▸susurro_crisis: ""',
        ("the prompt 'susurro_crisis' is empty; expected a text",),
    ),
    Mistake(
        "an unknown section",
        "hours.yaml",
        "hours:\n  noche",
        "▸hour:\n  noche",
        (
            Elsewhere(
                "flows/linea.yaml",
                "hours: ▸noche",
                "the step 'horario' looks at 'noche', which is no entry of hours.yaml; expected"
                " one to be written first",
            ),
            Elsewhere(
                "hours.yaml",
                "▸",
                "there are no hours; expected names below `hours:`",
            ),
            "there is no 'hour' here; expected hours; did you mean hours?",
            Elsewhere(
                "queues.yaml",
                "during: {▸noche: 1}",
                "the reserve changes during 'noche', which is no entry of hours.yaml; expected one"
                " to be written first",
            ),
        ),
    ),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_wrong_word_is_told_with_its_place(
    flow_folder: Path, edit: Edit, mistake: Mistake
) -> None:
    edit(mistake.file, mistake.old, mistake.spoilt)
    assert told_of(flow_folder) == mistake.expected(flow_folder)
