"""A flow that reads what may not be there, or compares what cannot be compared, is told so."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters.flow_files import load, prompt_texts
from router.core.ivr.speaking.phrase import Gap
from router.core.vocabulary import Language, PromptId
from tests.adapters.ivr.flow_mistakes import Edit, told_of

MENU = "  menu:\n    menu: menu\n"
COLLECT = """\
  pide:
    collect: menu
    into: edad
    max: 3
    next: decide
    on_timeout: crisis
    on_wrong: crisis
"""


def decide(condition: str, *, before: str = "") -> str:
    return f"""\
{before}  decide:
    branch:
      - {{if: "{condition}", to: juridico}}
    otherwise: menu
{MENU}"""


def problem(flow_folder: Path, sentence: str) -> None:
    (told,) = told_of(flow_folder)
    assert sentence in told, told


def leads(edit: Edit, steps: str, first: str = "decide") -> None:
    edit("flows/linea.yaml", MENU, steps)
    edit("flows/linea.yaml", "    closed: menu\n", f"    closed: {first}\n")


@pytest.mark.parametrize(
    "condition",
    [
        "language == 'en'",
        "anonymous",
        "line.startsWith('800') || !anonymous",
        "line in ['5555335533', '8005533000']",
        "size(line) == 10 && !line.matches('^55')",
        "int(line) > 5555335532",
    ],
)
def test_a_condition_on_what_every_call_has(flow_folder: Path, edit: Edit, condition: str) -> None:
    leads(edit, decide(condition))
    load(flow_folder)


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("edad < 18", "the step 'decide' reads 'edad', which is not set on every way"),
        ("lenguage == 'en'", "did you mean language?"),
        ("line < 18", "mixes kinds of values: line is a text"),
        ("line", "is neither true nor false"),
        ("line == 5", "is always false: line is a text"),
        ("1 == 1", "is always true"),
        ("language ==", "an expression in CEL"),
        ("[1].exists(x, x == 1)", "no other functions than"),
        ("os(line)", "no other functions than"),
    ],
)
def test_a_condition_that_no_caller_could_meet(
    flow_folder: Path, edit: Edit, condition: str, sentence: str
) -> None:
    leads(edit, decide(condition))
    problem(flow_folder, sentence)


def test_what_was_collected_before_is_known(flow_folder: Path, edit: Edit) -> None:
    leads(edit, decide("int(edad) < 18", before=COLLECT), "pide")
    load(flow_folder)


def test_what_is_collected_on_one_way_only_is_not_known(flow_folder: Path, edit: Edit) -> None:
    spoilt = COLLECT.replace("on_wrong: crisis", "on_wrong: decide")
    leads(edit, decide("int(edad) < 18", before=spoilt), "pide")
    problem(flow_folder, "'edad', which is not set on every way that leads here")


def test_a_variable_keeps_its_kind_through_a_loop(flow_folder: Path, edit: Edit) -> None:
    steps = f"""\
  cuenta:
    set: {{vueltas: 0}}
    next: suma
  suma:
    set: {{vueltas: =vueltas + 1}}
    next: otra_vez
  otra_vez:
    menu: menu
    keys: {{1: decide}}
    on_timeout: crisis
    on_wrong: crisis
  decide:
    branch:
      - {{if: vueltas < 3, to: suma}}
    otherwise: menu
{MENU}"""
    leads(edit, steps, "cuenta")
    load(flow_folder)


def test_a_secret_is_never_said(flow_folder: Path, edit: Edit) -> None:
    steps = f"""\
{COLLECT}    secret: true
  decide:
    say: =edad
    as: digits
    next: menu
{MENU}"""
    leads(edit, steps, "pide")
    problem(flow_folder, "the step 'decide' says 'edad', which is secret")


def test_a_secret_is_not_read_back(flow_folder: Path, edit: Edit) -> None:
    gap = "no_entendi: >-\n  That option is not in the menu. {edad:digits}."
    edit("prompts/en.yaml", "no_entendi: >-\n  That option is not in the menu.", gap)
    steps = COLLECT.replace("next:", "secret: true\n    confirm: no_entendi\n    next:")
    leads(edit, decide("int(edad) < 18", before=steps), "pide")
    told = told_of(flow_folder)
    assert any("'edad', which is not set on every way" in line for line in told)


@pytest.mark.parametrize(
    ("value", "form", "sentence"),
    [
        ("doce", "number", "says 'doce'; expected a whole number"),
        ("24/12/2026", "date", "expected a date such as 2026-11-24"),
        ("=language + 1", "number", "mixes kinds of values"),
        ("1", "words", "expected number, digits, date"),
    ],
)
def test_a_value_that_cannot_be_said(
    flow_folder: Path, edit: Edit, value: str, form: str, sentence: str
) -> None:
    leads(edit, f"  decide:\n    say: {value}\n    as: {form}\n    next: menu\n{MENU}")
    problem(flow_folder, sentence)


@pytest.mark.parametrize("name", ["language", "line", "anonymous", "in", "true", "size"])
def test_a_name_that_is_taken_is_no_variable(flow_folder: Path, edit: Edit, name: str) -> None:
    leads(edit, f"  decide:\n    set: {{{name}: 1}}\n    next: menu\n{MENU}")
    problem(flow_folder, "expected a name that is not taken")


def test_a_text_with_gaps_is_recorded_in_parts(flow_folder: Path, edit: Edit) -> None:
    text = "no_entendi: >-\n  Esa opción no está en el menú."
    edit(
        "prompts/es.yaml",
        text,
        'no_entendi: "Faltan {n:masculine} minutos en {language}."\nx: >-\n  Esa.',
    )
    folder_texts = prompt_texts(flow_folder)
    spanish = {
        prompt: said for (language, prompt), said in folder_texts.items() if language == "es"
    }
    assert spanish[PromptId("no_entendi-1")] == "Faltan"
    assert spanish[PromptId("no_entendi-2")] == "minutos en"
    assert PromptId("no_entendi") not in spanish
    assert spanish[PromptId("spoken_21_masculine")] == "veintiún"
    told = told_of(flow_folder)
    assert any("the step 'menu' reads 'n', which is not set" in line for line in told), told


@pytest.mark.parametrize("text", ["{n", "n}", "{}", "{n:loud}", "{N}", "{{n}}"])
def test_a_gap_that_is_none(flow_folder: Path, edit: Edit, text: str) -> None:
    edit("prompts/es.yaml", "gracias: >-\n", f'x: "Hola {text}"\ngracias: >-\n')
    problem(flow_folder, "the prompt 'x' is")


def test_a_phrase_keeps_the_order_of_its_language(flow_folder: Path, edit: Edit) -> None:
    edit(
        "prompts/es.yaml",
        "gracias: >-\n",
        'x: "{language:characters} es {line:digits}"\ngracias: >-\n',
    )
    edit(
        "prompts/en.yaml",
        "gracias: >-\n",
        'x: "{line:digits} speaks {language:characters}"\ngracias: >-\n',
    )
    phrases = load(flow_folder).book.phrases
    x = PromptId("x")
    names = {
        language: [part.name if isinstance(part, Gap) else part for part in phrases[language, x]]
        for language in (Language("es"), Language("en"))
    }
    assert names == {
        "es": ["language", "x-1", "line"],
        "en": ["line", "x-1", "language"],
    }
