"""What a program that called `hotline` learns from its exit code."""

from __future__ import annotations

from enum import IntEnum

from router import errors


class Exit(IntEnum):
    """Documented in `hotline --help`."""

    DONE = 0
    NOT_SO = 1
    WRONG_USE = 2
    NO_ENGINE = 3
    SURROUNDINGS = 4
    DEFECT = 70
    INTERRUPTED = 130


EPILOG = "\n".join(
    (
        "[bold]Exit codes[/bold]",
        "0  done",
        "1  refused, or not all of it came true, or (status) an alarm stands",
        "2  wrong use, settings or files",
        "3  no engine answers",
        "4  Asterisk, the database, the network or the disk is in the way",
        "70 a defect of this program; HOTLINE_DEBUG=1 shows where",
    )
)

_WRONG_USE = (
    errors.SettingsInvalid,
    errors.SettingInvalid,
    errors.SettingMissing,
    errors.SettingUnknown,
    errors.SettingsFileInvalid,
    errors.FlowFilesInvalid,
    errors.RosterInvalid,
    errors.ModelInvalid,
    errors.StoryInvalid,
    errors.StoriesMissing,
    errors.TrafficInvalid,
    errors.ShiftsInvalid,
    errors.StateFolderUnusable,
    errors.NodeUnknown,
    errors.PromptUnknown,
    errors.RecordingUnusable,
)
_NO_ENGINE = (errors.EngineNotRunning, errors.EngineSilent, errors.EngineOfAnotherUser)
_NOT_SO = (
    errors.StackIsUp,
    errors.RequestRefused,
    errors.EngineAlreadyRuns,
    errors.EngineFault,
    errors.EngineSpeaksOtherVersion,
    errors.StandsBy,
    errors.NoStandby,
    errors.UpgradeFailed,
    errors.HandOverFailed,
    errors.CallbackUnknown,
    errors.CallerNotKnown,
    errors.MessageUnknown,
    errors.NothingRecorded,
    errors.NumberNotKept,
    errors.PairUnknown,
)


def exit_for(error: errors.HotlineError) -> Exit:
    """The code for an error; what no list names is something around us."""
    if isinstance(error, errors.StackFailed) and error.code in set(Exit):
        return Exit(error.code or Exit.SURROUNDINGS)
    if isinstance(error, _WRONG_USE):
        return Exit.WRONG_USE
    if isinstance(error, _NO_ENGINE):
        return Exit.NO_ENGINE
    return Exit.NOT_SO if isinstance(error, _NOT_SO) else Exit.SURROUNDINGS
