"""ivr/*.yaml compiled into what the engine follows, or every problem with file, line and column."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from router.adapters.ivr import contacts, flows, hours, lines, prompts, queues
from router.adapters.ivr.folder import contents_of, told
from router.adapters.ivr.meaning import Files, look_at_meaning
from router.adapters.ivr.nesting import linked
from router.adapters.ivr.problems import Problems
from router.adapters.ivr.tree import Entries, read
from router.core.ivr.model import FlowBook
from router.core.ivr.speaking.grammar import GRAMMARS
from router.core.policy import Policy
from router.core.vocabulary import Language, PromptId


def load(folder: Path, hours_forced: Mapping[str, bool] | None = None) -> Policy:
    """The policy that the files describe; its version is a hash of their contents.

    `hours_forced` opens or closes hours whatever the clock says. Raises FlowFilesInvalid with
    everything that is wrong.
    """
    problems = Problems()
    contents = contents_of(folder, problems)
    files = _files(folder, contents, hours_forced or {}, problems)
    look_at_meaning(files, problems)
    problems.raise_if_any()
    return _policy(files, _version(contents))


def read_files(folder: Path, problems: Problems) -> Files:
    """What the files say, and the places where they say it; with what is wrong noted."""
    files = _files(folder, contents_of(folder, problems), {}, problems)
    look_at_meaning(files, problems)
    return files


def _files(
    folder: Path,
    contents: Mapping[str, bytes | None],
    hours_forced: Mapping[str, bool],
    problems: Problems,
) -> Files:
    roots = {name: _root(folder, name, content, problems) for name, content in contents.items()}
    return Files(
        lines=_lines(folder, roots, problems),
        queues=_queues(folder, roots, problems),
        hours=_hours(folder, roots, hours_forced, problems),
        contacts=_contacts(folder, roots, problems),
        flows=linked(_flows(folder, roots, problems)),
        prompts=_prompts(roots, problems),
    )


def prompt_texts(folder: Path) -> Mapping[tuple[Language, PromptId], str]:
    """What has to be recorded in each language: prompts, what stands between the gaps of those that
    have any, and the words that numbers and times are made of. Raises FlowFilesInvalid."""
    problems = Problems()
    contents = contents_of(folder, problems)
    roots = {
        name: _root(folder, name, content, problems)
        for name, content in contents.items()
        if name.startswith("prompts/")
    }
    read_files = _prompts(roots, problems)
    problems.raise_if_any()
    return _texts(read_files)


def _texts(
    files: Mapping[str, prompts.PromptsFile | None],
) -> Mapping[tuple[Language, PromptId], str]:
    return {
        (each.language, prompt): text
        for each in files.values()
        if each is not None
        for prompt, text in (_own_words(each.language) | dict(each.recordings)).items()
    }


def _own_words(language: Language) -> dict[PromptId, str]:
    grammar = GRAMMARS.get(language)
    parts = grammar.parts if grammar is not None else {}
    return {PromptId(name): text for name, text in parts.items()}


def _root(folder: Path, name: str, content: bytes | None, problems: Problems) -> Entries | None:
    return None if content is None else read(content, told(folder / name), problems)


def _lines(
    folder: Path, roots: Mapping[str, Entries | None], problems: Problems
) -> lines.LinesFile | None:
    root = roots.get(lines.FILE)
    if root is None:
        return None
    return lines.read_lines(root, told(folder / lines.FILE), problems)


def _queues(
    folder: Path, roots: Mapping[str, Entries | None], problems: Problems
) -> queues.QueuesFile | None:
    root = roots.get(queues.FILE)
    if root is None:
        return None
    return queues.read_queues(root, told(folder / queues.FILE), problems)


def _hours(
    folder: Path,
    roots: Mapping[str, Entries | None],
    forced: Mapping[str, bool],
    problems: Problems,
) -> hours.HoursFile | None:
    """The one file that need not be there."""
    root = roots.get(hours.FILE)
    if root is None and hours.FILE in roots:
        return None
    return hours.read_hours(root, told(folder / hours.FILE), forced, problems)


def _contacts(
    folder: Path, roots: Mapping[str, Entries | None], problems: Problems
) -> contacts.ContactsFile | None:
    """It need not be there either."""
    root = roots.get(contacts.FILE)
    if root is None and contacts.FILE in roots:
        return None
    return contacts.read_contacts(root, told(folder / contacts.FILE), problems)


def _flows(
    folder: Path, roots: Mapping[str, Entries | None], problems: Problems
) -> Mapping[str, flows.FlowFile | None]:
    found: dict[str, flows.FlowFile | None] = {}
    for name, root in roots.items():
        if name.startswith("flows/"):
            flow = Path(name).stem
            file = told(folder / name)
            found[flow] = None if root is None else flows.read_flow(root, flow, file, problems)
    return found


def _prompts(
    roots: Mapping[str, Entries | None], problems: Problems
) -> Mapping[str, prompts.PromptsFile | None]:
    found: dict[str, prompts.PromptsFile | None] = {}
    for name, root in roots.items():
        if name.startswith("prompts/"):
            language = Path(name).stem
            found[language] = (
                None if root is None else prompts.read_prompt_texts(root, language, problems)
            )
    return found


def _version(contents: Mapping[str, bytes | None]) -> str:
    digest = hashlib.sha256()
    for name, content in contents.items():
        body = content or b""
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:12]


def _policy(files: Files, version: str) -> Policy:
    """Everything is there: otherwise a problem would have been told."""
    lines_file, queues_file, hours_file = files.lines, files.queues, files.hours
    assert lines_file is not None
    assert lines_file.default is not None
    assert queues_file is not None
    assert hours_file is not None
    assert queues_file.first_resort is not None
    assert queues_file.lost is not None
    assert queues_file.agent_language is not None
    return Policy(
        version=version,
        book=FlowBook(
            lines=lines_file.lines,
            default_line=lines_file.default,
            flows={flow.name: flow.flow for flow in files.flows.values() if flow is not None},
            hours=hours_file.hours,
            first_resort=queues_file.first_resort,
            contacts=files.contacts.numbers if files.contacts is not None else {},
            phrases={
                (each.language, prompt): phrase
                for each in files.prompts.values()
                if each is not None
                for prompt, phrase in each.phrases.items()
            },
        ),
        queues=queues_file.queues,
        reserves=queues_file.reserves,
        first_resort=queues_file.first_resort,
        lost=queues_file.lost,
        agent_language=queues_file.agent_language,
        agent_prompts=queues_file.agent_prompts,
        agent_order=queues_file.agent_order,
        rules=queues_file.rules,
        prompts=tuple(sorted(_texts(files.prompts))),
    )
