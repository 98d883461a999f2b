"""Whether the engine of this folder, if one runs, still answers."""

from __future__ import annotations

from pathlib import Path

from router import errors
from router.adapters.control.client import ANSWERED_WITHIN, ControlClient
from router.doctor.finding import Finding, critical


def frozen(folder: Path, within: float = ANSWERED_WITHIN) -> list[Finding]:
    """Blocks for so many seconds at most. An engine that does not run is not the doctor's matter:
    all the rest is looked at before the first one starts, too."""
    try:
        ControlClient(folder, answered_within=within).standing()
    except errors.EngineSilent as silent:
        what, _, remedy = str(silent).partition(". ")
        return [critical("engine", str(folder), f"{what}.", remedy)]
    except errors.HotlineError:
        return []
    return []
