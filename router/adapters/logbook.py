"""The log: one line per record, an event name and fields, and never a telephone number."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from router.core.house_records import AlarmRaised
from router.core.journal_lines import encode
from router.core.records import CommandRefused, Entry, PromptMissing
from router.privacy import HIDDEN, scrub

NOUNS = ("wrap_up", "agent", "alarm", "call", "command", "device", "node", "offer", "policy",
         "prompt", "roster", "step")  # fmt: skip
"""What a record's kind begins with, if it is about that; all others are about the call."""

FIELDS: Mapping[str, str] = {
    "agent": "agent_id",
    "offer": "offer_id",
    "digits": "keys_pressed",
}
"""Names of a record's fields in the log. `keys_pressed` is how many, never which."""

REFUSED = frozenset(
    {"number", "digits", "digit", "caller", "callerid", "caller_id", "caller_number", "cli",
     "connected", "dialled", "dnid", "exten", "from_user", "password", "secret"}
)  # fmt: skip
"""Fields that no line may have, whoever wrote it."""


def configure(*, as_json: bool, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sets up the log of this process; libraries, which log by `logging`, may only warn."""
    out = stream or sys.stderr
    kept = _Unfailing(out)
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="logged_at"),
        structlog.processors.format_exc_info,
        refuse_fields,
    ]
    render = _scrubbed(
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer()
        if out.isatty()
        else plain_line
    )
    structlog.configure(
        processors=[*before, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(kept),  # type: ignore[arg-type]  # it writes, flushes
        cache_logger_on_first_use=False,
    )
    libraries = logging.StreamHandler(kept)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *before],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(handlers=[libraries], level=logging.WARNING, force=True)


class _Unfailing:
    """A full disk, or a reader that has gone, costs lines of the log and never a call."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            return self._out.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._out.flush()


def entry_logger() -> Callable[[Entry], None]:
    """Writes one line for one record, durations in seconds. Made once, after `configure`: to make
    a logger for each line takes as long as the line."""
    logger: FilteringBoundLogger = structlog.get_logger().bind()

    def log_entry(entry: Entry) -> None:
        event, fields = line_of(entry)
        if isinstance(entry.record, AlarmRaised | CommandRefused | PromptMissing):
            logger.warning(event, **fields)
        else:
            logger.info(event, **fields)

    return log_entry


def line_of(entry: Entry) -> tuple[str, dict[str, Any]]:
    """The event's name, like `offer.made`, and its fields."""
    kind, body = encode(entry.record)
    fields: dict[str, Any] = {} if entry.call is None else {"call_id": entry.call}
    fields |= {"epoch": entry.epoch, "seq": entry.seq, "at": entry.at.isoformat()}
    fields |= {FIELDS.get(name, name): value for name, value in body.items()}
    return event_name(kind), fields


@cache
def event_name(kind: str) -> str:
    """`offer_made` is logged as `offer.made`, `answered` as `call.answered`."""
    for noun in NOUNS:
        if kind.startswith(f"{noun}_"):
            return f"{noun}.{kind.removeprefix(f'{noun}_')}"
    return f"call.{kind}"


def plain_line(_logger: Any, _method: str, event: EventDict) -> str:
    """For a file: structlog's own, made for terminals, takes six times as long for each line."""
    head = (
        f"{event.pop('logged_at', '')} [{event.pop('level', ''):<7}] {event.pop('event', '')!s:<24}"
    )
    trace = event.pop("exception", None)
    line = " ".join([head, *(f"{name}={_shown(value)}" for name, value in event.items())])
    return line if trace is None else f"{line}\n{trace}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) and value and " " not in value else repr(value)


def refuse_fields(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Hides what stands in a field that may hold a number, at any depth."""
    for name, value in event.items():
        if name.lower() in REFUSED:
            event[name] = HIDDEN
        elif isinstance(value, dict | list | tuple):
            event[name] = _without_refused(value)
    return event


def _without_refused(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if str(name).lower() in REFUSED else _without_refused(each)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_refused(each) for each in value]
    return value


def _scrubbed(render: Processor) -> Processor:
    """The finished line without numbers: the last net, for values of every kind."""

    def line(logger: Any, method: str, event: EventDict) -> str:
        return scrub(str(render(logger, method, event)))

    return line
