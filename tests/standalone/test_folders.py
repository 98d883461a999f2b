"""A stack's files lie where the XDG specification says."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from router.folders import cache_folder, state_folder


def test_without_settings_the_home_folder_is_used() -> None:
    home = {"HOME": "/home/ana"}

    assert state_folder(home) == Path("/home/ana/.local/state/hotline")
    assert cache_folder(home) == Path("/home/ana/.cache/hotline")


def test_the_specifications_variables_win() -> None:
    given = {"HOME": "/home/ana", "XDG_STATE_HOME": "/srv/state", "XDG_CACHE_HOME": "/srv/cache"}

    assert state_folder(given) == Path("/srv/state/hotline")
    assert cache_folder(given) == Path("/srv/cache/hotline")


def test_a_relative_path_is_ignored_as_the_specification_demands() -> None:
    given = {"HOME": "/home/ana", "XDG_STATE_HOME": "state"}

    assert state_folder(given) == Path("/home/ana/.local/state/hotline")


def test_a_daemon_without_home_uses_its_accounts_folder() -> None:
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)

    assert state_folder({}) == home / ".local/state/hotline"
