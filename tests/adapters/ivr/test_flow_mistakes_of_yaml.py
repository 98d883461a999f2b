"""What an admin is told when a flow file is no YAML, or more YAML than is good."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.ivr.flow_mistakes import Edit, Mistake, told_of

MISTAKES = (
    Mistake(
        "a key that is written twice",
        "flows/linea.yaml",
        "      2: extorsion",
        "      ▸1: extorsion",
        ("'1' is written twice, first in line 19; expected each key once",),
    ),
    Mistake(
        "an anchor and its alias",
        "flows/linea.yaml",
        "on_timeout: crisis\n    wrong: no_entendi",
        "on_timeout: ▸&c crisis\n    wrong: ▸*c",
        (
            "&c marks a part for repeating; expected it written out",
            "*c repeats another part; expected it written out",
        ),
    ),
    Mistake(
        "a tag",
        "flows/linea.yaml",
        "play: saludo",
        "play: ▸!!python/name:os.system saludo",
        (
            "the tag 'tag:yaml.org,2002:python/name:os.system' is not known here; expected a plain"
            " value",
        ),
    ),
    Mistake(
        "a tab",
        "flows/linea.yaml",
        "    play: saludo",
        "▸\tplay: saludo",
        ("there is a tab; expected spaces",),
    ),
    Mistake(
        "a control character",
        "flows/linea.yaml",
        "    play: saludo",
        "    play: sal▸\x07udo",
        ("there is the control character '\\x07'; expected spaces",),
    ),
    Mistake(
        "a second document",
        "flows/linea.yaml",
        "  saludo:\n    play",
        "▸---\n  saludo:\n    play",
        ("a second document begins; expected one document per file",),
    ),
    Mistake(
        "a colon in a text",
        "prompts/en.yaml",
        "susurro_crisis: Crisis call. To",
        "susurro_crisis: Crisis call▸: to",
        (
            "there is a ': ' where none can be; expected quotes around a text that contains one,"
            " or a key on a line of its own",
        ),
    ),
    Mistake(
        "quotes that never close",
        "flows/linea.yaml",
        'repeat: "*"',
        'repeat: ▸"*',
        ("the quotes that open here never close; expected the same quotes at the end",),
    ),
    Mistake(
        "a key that is a list",
        "hours.yaml",
        "hours:\n",
        "? ▸[hours]\n:\n",
        ("a list is no key; expected a word",),
    ),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_what_cannot_be_read_is_told_with_its_place(
    flow_folder: Path, edit: Edit, mistake: Mistake
) -> None:
    edit(mistake.file, mistake.old, mistake.spoilt)
    assert told_of(flow_folder) == mistake.expected(flow_folder)
