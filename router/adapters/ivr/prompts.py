"""prompts/<language>.yaml: what is said, word for word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.adapters.ivr.gaps import pieces
from router.adapters.ivr.problems import Problems, shown
from router.adapters.ivr.tree import Entries, place_of, plain
from router.adapters.ivr.words import Misread, read_name, read_text
from router.core.ivr.speaking.phrase import Phrase
from router.core.vocabulary import Language, PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptsFile:
    """The texts of one language; `names` are all that are written, readable or not.

    `phrases` are those with gaps, and `recordings` what has to be recorded of all of them.
    """

    language: Language
    names: frozenset[str]
    texts: Mapping[PromptId, str]
    phrases: Mapping[PromptId, Phrase]
    recordings: Mapping[PromptId, str]


def read_prompt_texts(root: Entries, language: str, problems: Problems) -> PromptsFile:
    """All texts that could be read."""
    texts: dict[PromptId, str] = {}
    phrases: dict[PromptId, Phrase] = {}
    recordings: dict[PromptId, str] = {}
    for name, node in root.items.items():
        try:
            read_name(name)
        except Misread as misread:
            problems.add(
                root.keys[name], f"the prompt {shown(name)} cannot be named so", str(misread)
            )
        value = plain(node)
        prompt = PromptId(name)
        try:
            texts[prompt] = read_text(value)
            found = pieces(prompt, texts[prompt])
            recordings.update({prompt: texts[prompt]} if found is None else found.recordings)
            if found is not None:
                phrases[prompt] = found.phrase
        except Misread as misread:
            wrong = f"the prompt {shown(name)} is {shown(value)}"
            problems.add(place_of(root, name), wrong, str(misread))
    return PromptsFile(
        language=Language(language),
        names=frozenset(root.items),
        texts=texts,
        phrases=phrases,
        recordings=recordings,
    )
