"""The folder of the flow files: which there are, and their bytes."""

from __future__ import annotations

import os
import re
from pathlib import Path

from router.adapters.ivr import contacts, hours, lines, queues
from router.adapters.ivr.problems import Place, Problems, listed, shown

LARGEST = 1_000_000
"""Bytes of one file."""
ENDINGS = (".yaml", ".yml")
FILES = (lines.FILE, queues.FILE, hours.FILE, contacts.FILE)
NOT_NEEDED = (hours.FILE, contacts.FILE)
ACCEPTED = "accepted.yaml"
"""Findings that are meant so: the check's business, not the engine's."""


def contents_of(folder: Path, problems: Problems) -> dict[str, bytes | None]:
    """What is in the YAML files, by their path in the folder, in a fixed order.

    None: it cannot be read, which is noted, and what it would define is not missed.
    """
    if not os.path.isdir(folder):
        problems.add(
            Place(file=told(folder)), "there is no such folder", "the folder of the flow files"
        )
        problems.raise_if_any()
    contents: dict[str, bytes | None] = {}
    for name in sorted({*FILES, *_found(folder, problems)}):
        if name not in NOT_NEEDED or os.path.lexists(folder / name):
            contents[name] = _bytes(folder / name, problems)
    return contents


def _found(folder: Path, problems: Problems) -> list[str]:
    """The flows and languages there are; whatever looks like a misnamed file is told."""
    found = []
    for path in _listed(folder, problems):
        if path.name not in (*FILES, ACCEPTED) and path.suffix in ENDINGS and os.path.isfile(path):
            problems.add(
                Place(file=told(path)),
                "no file has this name",
                listed(FILES),
                word=path.name,
                known=FILES,
            )
    for below, pattern, expected in (
        ("flows", "[a-z][a-z0-9_]{0,59}", "small letters without accents, digits and _"),
        ("prompts", "[a-z]{2,3}", "a language such as es.yaml or en.yaml"),
    ):
        named = [p for p in _listed(folder / below, problems) if p.suffix in ENDINGS]
        if not named:
            problems.add(
                Place(file=told(folder / below)), "there is no .yaml file here", "at least one"
            )
        for path in named:
            if path.suffix != ".yaml" or re.fullmatch(pattern, path.stem, re.ASCII) is None:
                wrong = f"the file cannot be named {shown(path.name)}"
                problems.add(Place(file=told(path)), wrong, f"{expected}, and .yaml")
            else:
                found.append(f"{below}/{path.name}")
    return found


def _listed(folder: Path, problems: Problems) -> list[Path]:
    """Hidden files, such as an editor's, are nobody's."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        wrong = f"the folder cannot be read ({error.strerror})"
        problems.add(Place(file=told(folder)), wrong, "a folder that may be read")
        return []


def _bytes(file: Path, problems: Problems) -> bytes | None:
    place = Place(file=told(file))
    try:
        # Anything else, such as a pipe, could be read for ever.
        if os.path.exists(file) and not os.path.isfile(file):
            problems.add(place, "this is no file", "a file")
            return None
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except FileNotFoundError:
        problems.add(place, "the file is missing", "it to be there")
        return None
    except OSError as error:
        problems.add(
            place, f"the file cannot be read ({error.strerror})", "a file that may be read"
        )
        return None
    if len(content) > LARGEST:
        problems.add(place, "the file is larger than 1 MB", "several smaller files")
        return None
    return content


def told(path: Path) -> str:
    """As short as it can be found by: from where the reader stands, if it is below."""
    return str(path).removeprefix(os.getcwd() + os.sep)
