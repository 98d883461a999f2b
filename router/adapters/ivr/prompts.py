"""prompts/<language>.yaml: what is said, word for word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.adapters.ivr.problems import Problems, shown
from router.adapters.ivr.tree import Entries, place_of, plain
from router.adapters.ivr.words import Misread, read_name, read_text
from router.core.vocabulary import Language, PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptsFile:
    """The texts of one language; `names` are all that are written, readable or not."""

    language: Language
    names: frozenset[str]
    texts: Mapping[PromptId, str]


def read_prompt_texts(root: Entries, language: str, problems: Problems) -> PromptsFile:
    """All texts that could be read."""
    texts: dict[PromptId, str] = {}
    for name, node in root.items.items():
        try:
            read_name(name)
        except Misread as misread:
            problems.add(
                root.keys[name], f"the prompt {shown(name)} cannot be named so", str(misread)
            )
        value = plain(node)
        try:
            texts[PromptId(name)] = read_text(value)
        except Misread as misread:
            wrong = f"the prompt {shown(name)} is {shown(value)}"
            problems.add(place_of(root, name), wrong, str(misread))
    return PromptsFile(language=Language(language), names=frozenset(root.items), texts=texts)
