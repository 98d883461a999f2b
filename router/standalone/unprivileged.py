"""Running a program that refuses root: as the caller's own account, or as one without rights."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from router import errors

# An account made for the hotline, if there is one; nobody exists everywhere.
ACCOUNTS = ("hotline", "nobody")
# The first only reads past closed folders; the second, which may write too, is all that containers
# leave to root.
CAPABILITIES = ("dac_read_search", "dac_override")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprivileged:
    """Whom a program runs as, and the words to put before its command line."""

    name: str
    uid: int
    gid: int
    before: tuple[str, ...]

    def own(self, path: Path) -> None:
        """Gives `path` to this account; nothing to do when it is our own."""
        if self.before:
            os.chown(path, self.uid, self.gid)


def account_for(*, entering: tuple[Path, ...]) -> Unprivileged:
    """Ourselves, or as root an account that may enter all of `entering`.

    State folders and clones often lie below /root or another closed folder. The account then keeps
    one capability, to pass through closed folders, and no other right of root's.
    """
    if os.geteuid() != 0:
        try:
            own = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise errors.AccountUnknown(uid=os.geteuid()) from None
        return Unprivileged(name=own.pw_name, uid=own.pw_uid, gid=own.pw_gid, before=())
    if shutil.which("setpriv") is None:
        raise errors.ProgramMissing(
            program="setpriv",
            purpose="run PostgreSQL, which refuses root",
            remedy="Install util-linux, or run as an ordinary user.",
        )
    account = _first_account()
    for capability in (None, *CAPABILITIES):
        before = _setpriv(account, capability)
        if all(_may_enter(before, folder) for folder in entering):
            return Unprivileged(
                name=account.pw_name, uid=account.pw_uid, gid=account.pw_gid, before=before
            )
    closed = next(path for path in entering if not _may_enter(_setpriv(account, None), path))
    raise errors.FolderClosed(account=account.pw_name, folder=closed)


def _first_account() -> pwd.struct_passwd:
    known = {account.pw_name: account for account in pwd.getpwall()}
    return next(known[name] for name in ACCOUNTS if name in known)


def _setpriv(account: pwd.struct_passwd, capability: str | None) -> tuple[str, ...]:
    kept = "" if capability is None else f",+{capability}"
    # access(2) ignores capabilities without this bit, and PostgreSQL asks access(2).
    bits = () if capability is None else ("--securebits=+no_setuid_fixup",)
    return (
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--no-new-privs",
        *bits,
        f"--inh-caps=-all{kept}",
        f"--ambient-caps=-all{kept}",
        f"--bounding-set=-all{kept}",
    )


def _may_enter(before: tuple[str, ...], folder: Path) -> bool:
    tried = subprocess.run(
        [*before, "test", "-x", str(folder)], cwd="/", capture_output=True, check=False
    )
    return tried.returncode == 0
