"""Where a stack's files lie, after the XDG Base Directory Specification."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from router import errors

NAME = "hotline"


def state_folder(environment: Mapping[str, str]) -> Path:
    """Where a stack keeps what must survive a restart."""
    return _folder(environment, "XDG_STATE_HOME", ".local/state")


def cache_folder(environment: Mapping[str, str]) -> Path:
    """What may be deleted at any time and is fetched or built again: Asterisk, spoken prompts."""
    return _folder(environment, "XDG_CACHE_HOME", ".cache")


def make_state_folder(folder: Path) -> None:
    """It exists, for its owner alone if it is new. Raises StateFolderUnusable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as refusal:
        detail = refusal.strerror or "the system gives no reason"
        raise errors.StateFolderUnusable(folder=folder, detail=detail.lower()) from refusal


def _folder(environment: Mapping[str, str], variable: str, below_home: str) -> Path:
    given = Path(environment.get(variable, ""))
    # The specification: a relative path is invalid and to be ignored.
    return (given if given.is_absolute() else _home(environment) / below_home) / NAME


def _home(environment: Mapping[str, str]) -> Path:
    """HOME, or the account's own folder where a daemon was started without HOME."""
    home = Path(environment.get("HOME", ""))
    return home if home.is_absolute() else Path(pwd.getpwuid(os.getuid()).pw_dir)
