"""The hotline's settings: frozen, read once, each with the place that it came from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import router
from router import errors
from router.folders import cache_folder, state_folder
from router.setting import (
    ADDRESS,
    COMMAND,
    COUNT,
    DATABASE,
    DURATION,
    FOLDER,
    HOST,
    MASK,
    MIRROR,
    NODE,
    NUMBER,
    PORT,
    SECRET,
    SPEECH,
    TIME_ZONE,
    WEB_ADDRESS,
    WORD,
    YES_OR_NO,
    Address,
    Misfit,
    Setting,
    declared,
    one_of,
    written,
)
from router.setting_nodes import NODES, FurtherNodes, NodeSettings
from router.setting_sources import (
    Given,
    Source,
    from_arguments,
    from_environment,
    from_file,
    from_stack,
    stray_variables,
)

FILE_NAME = "hotline.toml"
STACK_FILE = "stack.json"
FILE_VARIABLE = "HOTLINE_CONFIG"
DEBUG_VARIABLE = "HOTLINE_DEBUG"
DEFAULT = "default"
SHIPPED_FLOWS = Path(router.__file__).parent.parent / "ivr"


class HoursMode(StrEnum):
    """Which hours hold: as the clock says, or always day or night (for trying out)."""

    DAY = "day"
    NIGHT = "night"
    CLOCK = "clock"


class LogFormat(StrEnum):
    """For people or for programs."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least grave line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ from one place to another; passwords are empty if not set."""

    state_dir: Path = field(
        metadata=declared("state_dir", "what must survive a restart, and the sockets", FOLDER)
    )
    cache_dir: Path = field(
        metadata=declared("cache_dir", "what can be fetched again: Asterisk, prompts", FOLDER)
    )
    node: str = field(default="n1", metadata=declared("node", "the Asterisk server's name", NODE))
    ari_url: str = field(
        default="http://127.0.0.1:8088",
        metadata=declared("ari.url", "where Asterisk's HTTP server listens", WEB_ADDRESS),
    )
    ari_user: str = field(
        default="hotline", metadata=declared("ari.user", "the engine's user in ari.conf", WORD)
    )
    ari_password: str = field(
        default="", metadata=declared("ari.password", "the password of ari.user", SECRET)
    )
    sip: Address = field(
        default=Address(host="127.0.0.1", port=5060),
        metadata=declared("sip", "where Asterisk answers SIP: test calls go there", ADDRESS),
    )
    media_address: str = field(
        default="",
        metadata=declared(
            "media_address", "where phones send audio, if not to ari.url's host", HOST
        ),
    )
    ami_host: str = field(
        default="127.0.0.1", metadata=declared("ami.host", "where Asterisk's AMI listens", HOST)
    )
    ami_port: int = field(default=5038, metadata=declared("ami.port", "and on which port", PORT))
    ami_user: str = field(
        default="hotline", metadata=declared("ami.user", "the engine's user in manager.conf", WORD)
    )
    ami_password: str = field(
        default="", metadata=declared("ami.password", "the secret of ami.user", SECRET)
    )
    guard_user: str = field(
        default="guard", metadata=declared("guard.user", "the guard's user in manager.conf", WORD)
    )
    guard_password: str = field(
        default="", metadata=declared("guard.password", "the secret of guard.user", SECRET)
    )
    database: str = field(
        default="",
        metadata=declared(
            "database", "PostgreSQL, as a libpq address; `hotline up` has its own", DATABASE
        ),
    )
    nodes: FurtherNodes = field(
        default=FurtherNodes(),
        metadata=declared("nodes", "further Asterisk servers that the engine drives", NODES),
    )
    standby: bool = field(
        default=False,
        metadata=declared("standby", "wait beside the active engine of this folder", YES_OR_NO),
    )
    ivr_dir: Path = field(
        default=SHIPPED_FLOWS, metadata=declared("ivr_dir", "flows, queues and hours", FOLDER)
    )
    carrier: Address = field(
        default=Address(host="127.0.0.1", port=5080),
        metadata=declared("carrier", "where calls to agents' telephones are sent", ADDRESS),
    )
    hotline_number: str = field(
        default="5555335533",
        metadata=declared("hotline_number", "all that agents' telephones see", NUMBER),
    )
    hours: HoursMode = field(
        default=HoursMode.CLOCK,
        metadata=declared("hours", "follow the clock, or always one of them", one_of(HoursMode)),
    )
    time_zone: ZoneInfo = field(
        default=ZoneInfo("America/Mexico_City"),
        metadata=declared("time_zone", "in which times are shown to people", TIME_ZONE),
    )
    log_format: LogFormat = field(
        default=LogFormat.CONSOLE,
        metadata=declared("log.format", "for people or for programs", one_of(LogFormat)),
    )
    log_level: LogLevel = field(
        default=LogLevel.INFO, metadata=declared("log.level", "what is written", one_of(LogLevel))
    )
    alarm_command: str = field(
        default="", metadata=declared("alarm.command", "run once per alarm", COMMAND)
    )
    inbox_size: int = field(
        default=10_000, metadata=declared("inbox_size", "events waiting for the engine", COUNT)
    )
    journal_size: int = field(
        default=100_000,
        metadata=declared("journal_size", "records waiting for the database", COUNT),
    )
    rest_timeout: timedelta = field(
        default=timedelta(seconds=2),
        metadata=declared("rest_timeout", "for one ARI request", DURATION),
    )
    ami_timeout: timedelta = field(
        default=timedelta(seconds=2),
        metadata=declared("ami_timeout", "for one AMI action", DURATION),
    )
    speech_command: str = field(
        default="",
        metadata=declared(
            "speech.command", "speaks stand-ins: {text_file} {language} {out} in it", SPEECH
        ),
    )
    debian_mirror: str = field(
        default="http://deb.debian.org/debian",
        metadata=declared("debian_mirror", "where a private Asterisk is fetched", MIRROR),
    )

    @property
    def every_node(self) -> tuple[NodeSettings, ...]:
        """The first, and the further ones."""
        told = {
            each.name: getattr(self, "node" if each.name == "name" else each.name)
            for each in fields(NodeSettings)
        }
        first = NodeSettings(**told)
        return (first, *self.nodes.beside(first))


SETTINGS: Mapping[str, Setting] = {
    one.metadata["setting"].name: one.metadata["setting"] for one in fields(Settings)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """One setting as it holds, for people: secrets masked."""

    setting: Setting
    shown: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The settings, where each came from, and the file that was read.

    `stray`: variables that look like settings and are none.
    """

    settings: Settings
    effective: tuple[Effective, ...]
    file: Path | None
    stray: tuple[str, ...]

    def require(self, *names: str) -> Settings:
        """The settings, if all of these have a value; else SettingsInvalid."""
        file = self.file or self.settings.state_dir / FILE_NAME
        missing = [
            errors.SettingMissing(
                setting=name,
                about=SETTINGS[name].about,
                variables=_variables(SETTINGS[name]),
                file=file,
            )
            for name in names
            if getattr(self.settings, SETTINGS[name].field) == ""
        ]
        _refuse(missing)
        return self.settings

    def variables(self) -> dict[str, str]:
        """All of it as HOTLINE_ variables, secrets too, for an engine started as a child."""
        told = (
            (setting.variable, written(getattr(self.settings, setting.field)))
            for setting in SETTINGS.values()
        )
        return {variable: text for variable, text in told if text}


def load(
    arguments: Mapping[str, str | None] | None = None,
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """Defaults, then a file, a private stack, the environment, the command line: the last one wins.

    `arguments` maps names of settings to text. Raises SettingsInvalid with every problem at once.
    """
    environment = os.environ if environment is None else environment
    told = from_arguments(arguments or {})
    surroundings = from_environment(environment, SETTINGS)
    found = _file(file, environment, _folder(environment, surroundings, told))
    written = Source(values={}) if found is None else from_file(found, SETTINGS)
    folder = _folder(environment, written, surroundings, told)
    sources = (written, from_stack(folder / STACK_FILE), surroundings, told)

    problems = [problem for source in sources for problem in source.problems]
    given: dict[str, Given] = {}
    for source in sources:
        given |= source.values
    values: dict[str, object] = {
        "state_dir": state_folder(environment),
        "cache_dir": cache_folder(environment),
    }
    for name, text in given.items():
        try:
            values[SETTINGS[name].field] = SETTINGS[name].kind.read(text.text, text.here)
        except ValueError as misfit:
            problems.append(_misfit(SETTINGS[name], text, misfit))
    _refuse(problems)
    settings = Settings(**values)  # type: ignore[arg-type]  # each read by its own kind
    names = [node.name for node in settings.every_node]
    if len(set(names)) < len(names):
        alike = Misfit("a name of its own for each node, the first too")
        _refuse([_misfit(SETTINGS["nodes"], given["nodes"], alike)])
    return Configuration(
        settings=settings,
        effective=tuple(_effective(settings, given)),
        file=found,
        stray=stray_variables(environment, SETTINGS),
    )


def debugging(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the person wants to see tracebacks."""
    environment = os.environ if environment is None else environment
    return environment.get(DEBUG_VARIABLE, "") not in ("", "0")


def _file(given: Path | None, environment: Mapping[str, str], folder: Path) -> Path | None:
    named = given or (Path(environment[FILE_VARIABLE]) if environment.get(FILE_VARIABLE) else None)
    if named is not None:
        return named
    places = (folder / FILE_NAME, Path(FILE_NAME))
    return next((place for place in places if place.is_file()), None)


def _folder(environment: Mapping[str, str], *sources: Source) -> Path:
    """The state folder, as far as these sources tell, the last one first."""
    for source in reversed(sources):
        given = source.values.get("state_dir")
        if given is not None:
            return (given.here / Path(given.text).expanduser()).absolute()
    return state_folder(environment)


def _effective(settings: Settings, given: Mapping[str, Given]) -> list[Effective]:
    return [
        Effective(
            setting=setting,
            shown=setting.shown(getattr(settings, setting.field)),
            origin=given[name].origin if name in given else DEFAULT,
        )
        for name, setting in SETTINGS.items()
    ]


def _misfit(setting: Setting, given: Given, why: ValueError) -> errors.SettingInvalid:
    return errors.SettingInvalid(
        source=given.origin,
        setting=setting.name,
        value=MASK if setting.kind.secret else given.text,
        expected=str(why) if isinstance(why, Misfit) else setting.kind.expected,
    )


def _variables(setting: Setting) -> str:
    variable = setting.variable
    return f"{variable}, {variable}_FILE" if setting.kind.secret else variable


def _refuse(problems: Sequence[errors.HotlineError]) -> None:
    if problems:
        raise errors.SettingsInvalid(problems="\n".join(map(str, problems)))
