"""Where a setting's text can come from: a file, a private stack, the environment, arguments."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from router import errors
from router.setting import MASK, PREFIX, Setting

SECRET_FILE = "_file"
NOT_SETTINGS = frozenset({"HOTLINE_CONFIG", "HOTLINE_DEBUG"})

Settable = Mapping[str, Setting]
"""Every setting by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value as it was written; relative paths in it start from `here`."""

    text: str
    origin: str
    here: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one place says, and what is wrong with it."""

    values: Mapping[str, Given]
    problems: tuple[errors.HotlineError, ...] = ()


def from_file(file: Path, settable: Settable) -> Source:
    """A TOML file: `[ari]` and `url = "..."` is the setting `ari.url`."""
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failure:
        return _unreadable(file, failure)
    values: dict[str, Given] = {}
    problems: list[errors.HotlineError] = []
    for name, value in _flattened(tree):
        if not _known(name, settable):
            problems.append(_unknown(str(file), name, settable))
            continue
        if isinstance(value, list) and name in settable and settable[name].kind.is_list:
            values[name] = Given(
                text=json.dumps(value, default=str), origin=str(file), here=file.parent.absolute()
            )
            continue
        if isinstance(value, list | dict):
            problems.append(_several(str(file), name, value, settable))
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        values[name] = Given(text=text, origin=str(file), here=file.parent.absolute())
    return _with_secret_files(values, problems, settable)


def from_stack(file: Path) -> Source:
    """`stack.json` of a private stack that runs in this state folder (interface.md 1)."""
    try:
        stack = json.loads(file.read_text(encoding="utf-8"))
        told = {
            "ari.url": stack["ari"]["url"],
            "ari.user": stack["ari"]["user"],
            "ari.password": stack["ari"]["password"],
            "sip": f"{stack['sip']['host']}:{stack['sip']['port']}",
            "ami.host": stack["ami"]["host"],
            "ami.port": stack["ami"]["port"],
            "ami.user": stack["ami"]["user"],
            "ami.password": stack["ami"]["password"],
            "database": stack["database"],
        }
        if further := stack.get("nodes"):
            told["nodes"] = json.dumps([_node(each) for each in further])
    except (FileNotFoundError, NotADirectoryError):
        return Source(values={})
    except (OSError, ValueError, KeyError, TypeError) as failure:
        return _unreadable(file, failure)
    return Source(
        values={
            name: Given(text=str(value), origin=str(file), here=file.parent)
            for name, value in told.items()
        }
    )


def _node(told: Mapping[str, Any]) -> Mapping[str, object]:
    sip = told["sip"]
    return {
        "name": told["name"],
        "ari": told["ari"],
        "ami": told["ami"],
        "sip": f"{sip['host']}:{sip['port']}",
    }


def from_environment(environment: Mapping[str, str], settable: Settable) -> Source:
    """HOTLINE_ARI_URL is `ari.url`; empty means not set (compose files pass such on)."""
    here = Path.cwd()
    names = {setting.variable: setting.name for setting in settable.values()}
    names |= {
        setting.variable + SECRET_FILE.upper(): setting.name + SECRET_FILE
        for setting in settable.values()
        if setting.kind.secret
    }
    values = {
        names[variable]: Given(text=text, origin=variable, here=here)
        for variable, text in environment.items()
        if variable in names and text != ""
    }
    return _with_secret_files(values, [], settable)


def stray_variables(environment: Mapping[str, str], settable: Settable) -> tuple[str, ...]:
    """HOTLINE_ variables that are no setting. Only told: orchestrators put in some of their own."""
    known = {setting.variable for setting in settable.values()}
    return tuple(
        sorted(
            variable
            for variable in environment
            if variable.startswith(PREFIX)
            and variable not in known | NOT_SETTINGS
            and variable.removesuffix(SECRET_FILE.upper()) not in known
        )
    )


def from_arguments(given: Mapping[str, str | None]) -> Source:
    """What the command line said: name of the setting and text, None where it said nothing."""
    return Source(
        values={
            name: Given(text=text, origin=f"--{_flag(name)}", here=Path.cwd())
            for name, text in given.items()
            if text is not None
        }
    )


def _flag(name: str) -> str:
    return name.replace("_", "-").replace(".", "-")


def _known(name: str, settable: Settable) -> bool:
    if name in settable:
        return True
    pointed = settable.get(name.removesuffix(SECRET_FILE))
    return pointed is not None and pointed.kind.secret


def _flattened(tree: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _flattened(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _with_secret_files(
    values: dict[str, Given], problems: list[errors.HotlineError], settable: Settable
) -> Source:
    """Replace every `..._file` by what lies in that file (secrets of containers)."""
    for pointer in [name for name in values if name not in settable]:
        given = values.pop(pointer)
        name = pointer.removesuffix(SECRET_FILE)
        file = given.here / given.text
        try:
            text = file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as failure:
            problems.append(_invalid(given, pointer, f"a file that can be read ({_why(failure)})"))
            continue
        if name in values:
            problems.append(_invalid(given, pointer, f"no file beside {name} itself"))
        values[name] = Given(text=text, origin=f"{given.origin} ({file})", here=file.parent)
    return Source(values=values, problems=tuple(problems))


def _invalid(given: Given, name: str, expected: str) -> errors.SettingInvalid:
    return errors.SettingInvalid(
        source=given.origin, setting=name, value=given.text, expected=expected
    )


def _several(source: str, name: str, value: object, settable: Settable) -> errors.SettingInvalid:
    setting = settable[name.removesuffix(SECRET_FILE)]
    shown = MASK if setting.kind.secret else value
    return errors.SettingInvalid(
        source=source, setting=name, value=shown, expected=setting.kind.expected
    )


def _unknown(source: str, name: str, settable: Settable) -> errors.SettingUnknown:
    near = difflib.get_close_matches(name, settable, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else " `hotline config` lists all."
    return errors.SettingUnknown(source=source, setting=name, hint=hint)


def _unreadable(file: Path, failure: Exception) -> Source:
    problem = errors.SettingsFileInvalid(file=file, detail=_why(failure))
    return Source(values={}, problems=(problem,))


def _why(failure: Exception) -> str:
    if isinstance(failure, OSError) and failure.strerror:
        return failure.strerror
    if isinstance(failure, KeyError):
        return f"{failure} is missing"
    return str(failure)
