"""accepted.yaml: findings that are meant so, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import PlainValidator

from router.adapters.ivr.checks.findings import CODES, Accepted, Checked, Finding, Findings
from router.adapters.ivr.folder import ACCEPTED, LARGEST, told
from router.adapters.ivr.problems import Place, Problems
from router.adapters.ivr.shapes import Shape, only_sections, shaped
from router.adapters.ivr.tree import Items, place_of, read
from router.adapters.ivr.words import Misread, Text, text_of

UNACCEPTABLE = frozenset(f"IVR00{n}" for n in range(1, 7)) | {"IVR015", "IVR016", "IVR019"}
"""With all but the last the files do not load."""


OF_PEOPLE = frozenset(f"IVR0{n}" for n in (12, 13, 18, 22, 24, 25))
"""They cannot be found without a roster."""


def _read_code(value: object) -> str:
    known = sorted(set(CODES) - UNACCEPTABLE)
    code = text_of(value, "the code of a finding")
    if code not in known:
        raise Misread(f"the code of a finding that can be accepted ({known[0]} to {known[-1]})")
    return code


class AcceptedShape(Shape):
    """`of` as the finding says it: `queue trata`."""

    code: Annotated[str, PlainValidator(_read_code)]
    of: Text
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """One entry of the file."""

    place: Place
    code: str
    of: str
    reason: str


def read_accepted(folder: Path, problems: Problems) -> tuple[Acceptance, ...]:
    """All that could be read; the file need not be there."""
    file = told(folder / ACCEPTED)
    try:
        content = (folder / ACCEPTED).read_bytes()[:LARGEST]
    except FileNotFoundError:
        return ()
    except OSError as error:
        wrong = f"the file cannot be read ({error.strerror})"
        problems.add(Place(file=file), wrong, "a file that may be read")
        return ()
    root = read(content, file, problems)
    if root is None:
        return ()
    only_sections(root, ("accepted",), problems)
    node = root.items.get("accepted")
    if not isinstance(node, Items):
        problems.add(place_of(root, "accepted"), "`accepted` is no list", "`- code: ...` lines")
        return ()
    found = []
    for item in node.items:
        shape = shaped(AcceptedShape, item, "the acceptance", item.place, problems)
        if shape is not None:
            found.append(
                Acceptance(place=item.place, code=shape.code, of=shape.of, reason=shape.reason)
            )
    return tuple(found)


def weighed(findings: Findings, acceptances: Iterable[Acceptance], *, rostered: bool) -> Checked:
    """Those that stand and those that are accepted; an acceptance of nothing is a finding.

    Without a roster some findings cannot be made, and their acceptances are not missed.
    """
    found, accepted = dict(findings.found), list[Accepted]()
    for each in acceptances:
        finding = found.pop((each.code, each.of), None)
        if finding is not None:
            accepted.append(Accepted(finding=finding, reason=each.reason))
        elif rostered or each.code not in OF_PEOPLE:
            findings.add(
                "IVR019",
                each.place,
                f"{each.code} of {each.of}",
                f"{each.code} is accepted of {each.of!r}, where it is not found",
                "Take the acceptance away, or correct what it is about.",
            )
    found |= {key: finding for key, finding in findings.found.items() if key[0] == "IVR019"}
    return Checked(findings=in_order(found.values()), accepted=tuple(accepted))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """As they stand in the files."""
    return tuple(sorted(findings, key=lambda f: (f.place.file, f.place.line, f.place.column)))
