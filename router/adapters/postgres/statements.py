"""The SQL of this package, by name: one statement per file of queries/, its purpose on line one."""

from __future__ import annotations

from importlib.resources import files


def statement(name: str) -> str:
    """The text of `queries/<name>.sql`."""
    return (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def names() -> list[str]:
    """All there are."""
    folder = files(__package__) / "queries"
    return sorted(
        each.name.removesuffix(".sql") for each in folder.iterdir() if each.name.endswith(".sql")
    )
