"""Flows as an admin writes them, in the small hotline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from textwrap import dedent

from router.adapters.ivr.flows import FlowFile, read_flow
from router.adapters.ivr.nesting import linked
from router.adapters.ivr.problems import Problems
from router.adapters.ivr.tree import read
from router.core.ivr.speaking.phrase import Phrases
from router.core.policy import Policy
from router.core.vocabulary import ContactName
from tests.core.house import policy

PARTNER = "8009112000"
ENDS = """\
  crisis: {queue: crisis, next: gracias}
  juridico: {queue: juridico, next: gracias}
  gracias: {goodbye: gracias}
"""


def written(
    linea: str, *, phrases: Phrases | None = None, contacts: tuple[str, ...] = (), **others: str
) -> Policy:
    """`linea` begins on the line; it may lead to the steps crisis, juridico and gracias, which it
    need not write. `others`: more flows, by name."""
    problems, files = Problems(), dict[str, FlowFile | None]()
    texts: Mapping[str, str] = {"linea": dedent(linea) + ENDS, **others}
    for name, text in texts.items():
        root = read(dedent(text).encode(), name, problems)
        files[name] = None if root is None else read_flow(root, name, name, problems)
    problems.raise_if_any()
    usual = policy()
    book = replace(
        usual.book,
        flows={file.name: file.flow for file in linked(files).values() if file is not None},
        phrases=phrases or {},
        contacts={ContactName(name): PARTNER for name in contacts},
    )
    return replace(usual, book=book)
