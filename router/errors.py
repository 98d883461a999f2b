"""Every error a person can meet: the docstring is the sentence, the facts fill it in."""

from __future__ import annotations

from inspect import cleandoc


class HotlineError(Exception):
    """{message}"""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        sentence = cleandoc(type(self).__doc__ or "{message}")
        super().__init__(" ".join(sentence.format(**facts).split()))


class SettingInvalid(HotlineError):
    """{source}: {setting} is {value!r}; expected {expected}."""


class AsteriskUnreachable(HotlineError):
    """Asterisk does not answer at {where} ({detail}). Start it, or correct {setting}."""


class AsteriskRefusedLogin(HotlineError):
    """Asterisk at {where} refused the user {user!r} or its password. Make {setting} the same as in
    {file} on the Asterisk machine."""


class DatabaseUnreachable(HotlineError):
    """The database at {where} cannot be reached ({detail}). Calls go on without it; start it or
    correct {setting}, and the journal catches up."""


class FlowFilesInvalid(HotlineError):
    """{problems}"""


class EngineNotRunning(HotlineError):
    """No engine answers in {folder}. Start one with `hotline up` or `hotline run`, or name its
    folder with --state-dir."""


class RequestRefused(HotlineError):
    """{message}"""
