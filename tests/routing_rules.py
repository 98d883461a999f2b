"""Every rule of docs/routing.md is named by a test: `python -m tests.routing_rules`."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "routing.md"
RULE = re.compile(r"^- \*\*([A-Z]\d+)\*\*", re.MULTILINE)


def rules(page: str) -> list[str]:
    """The rules' names, in the order of the page."""
    return RULE.findall(page)


def tests_in(folder: Path) -> Iterator[str]:
    """The names of all tests below a folder."""
    for file in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name


def unnamed(wanted: Iterable[str], tests: Iterable[str]) -> list[str]:
    """Rules that stand in the name of no test."""
    words = {word for test in tests if test.startswith("test_") for word in test.split("_")}
    return [rule for rule in wanted if rule.lower() not in words]


def main() -> int:
    """1 if a rule has no test."""
    missing = unnamed(rules(PAGE.read_text(encoding="utf-8")), tests_in(HERE))
    for rule in missing:
        sys.stderr.write(f"docs/routing.md: no test names the rule {rule}.\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
