"""contacts.yaml: people outside, by the name that flows call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.adapters.ivr.problems import Problems, shown
from router.adapters.ivr.shapes import Shape, entries_of, only_sections, shaped
from router.adapters.ivr.tree import Entries
from router.adapters.ivr.words import Misread, Number, Text, read_name
from router.core.vocabulary import ContactName

FILE = "contacts.yaml"


class ContactShape(Shape):
    """A partner line, or an emergency number; dialled exactly as it is written."""

    name: Text
    number: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsFile:
    """What could be read of it; `names` are all that are written, readable or not."""

    names: tuple[str, ...]
    numbers: Mapping[ContactName, str]


def read_contacts(root: Entries | None, file: str, problems: Problems) -> ContactsFile:
    """All contacts that could be read; without the file there are none."""
    if root is None:
        return ContactsFile(names=(), numbers={})
    only_sections(root, ("contacts",), problems)
    written = entries_of(root, "contacts", file, problems)
    numbers = {}
    for name, at, node in written:
        what = f"the contact {shown(name)}"
        try:
            read_name(name)
        except Misread as misread:
            problems.add(at, f"{what} cannot be named so", str(misread))
        shape = shaped(ContactShape, node, what, at, problems)
        if shape is not None:
            numbers[ContactName(name)] = shape.number
    return ContactsFile(names=tuple(name for name, _, _ in written), numbers=numbers)
