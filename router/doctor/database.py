"""Whether PostgreSQL answers, and has the shape that this version needs."""

from __future__ import annotations

from pathlib import Path

from router import errors
from router.adapters.postgres import migrate
from router.adapters.postgres.connection import connected, where
from router.adapters.postgres.statements import statement
from router.doctor.finding import Finding, critical, warning


async def migrated(dsn: str, folder: Path) -> list[Finding]:
    """Reads only: the engine is the one that migrates."""
    place = where(dsn)
    try:
        async with connected(dsn) as connection:
            rows = await connection.fetch(statement("list_migrations"))
    except errors.DatabaseUnreachable as error:
        what, _, remedy = str(error).partition(". ")
        return [critical("database", place, f"{what}.", remedy)]
    except errors.DatabaseRefused as error:
        return [_behind(place, f"It does not tell its migrations ({error.facts['detail']}).")]
    applied = {row["name"]: row["sha256"] for row in rows}
    known = {each.name: each.sha256 for each in migrate.read(folder)}
    missing = sorted(known.keys() - applied.keys())
    strange = sorted(name for name in applied if known.get(name) != applied[name])
    found = []
    if missing:
        found.append(_behind(place, f"It lacks the migrations {', '.join(missing)}."))
    if strange:
        found.append(
            critical(
                "database",
                place,
                f"It has migrations that this version does not know: {', '.join(strange)}.",
                "Install the version that made them, or use another database.",
            )
        )
    return found


def _behind(place: str, what: str) -> Finding:
    return warning(
        "database",
        place,
        what,
        "Start the engine: it applies them, or says in its log why it cannot.",
    )
