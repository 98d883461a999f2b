"""The house's own rules (house.md, Conventions), and each import contract seen failing."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
ROUTER = HOUSE / "router"
MODULES = sorted(path for path in ROUTER.rglob("*.py"))
PROGRAMS = [path for path in MODULES if path.name != "__init__.py"]
CORE = [path for path in PROGRAMS if path.is_relative_to(ROUTER / "core")]
TESTS = sorted(path for path in (HOUSE / "tests").rglob("*.py"))

LINES_IN_CORE, LINES_ELSEWHERE = 300, 400
LISTS = {"core/commands.py", "core/events.py", "core/records.py"}
"""Looked at again: lists of values and nothing else, which are read by looking one up."""

DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "service", "misc"}
SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE\b.+\bSET|DELETE FROM|CREATE TABLE)\b", re.S
)


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def strings_in(tree: ast.Module) -> Iterator[str]:
    """Every text that is no docstring."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


@pytest.mark.parametrize("path", PROGRAMS, ids=name_of)
def test_a_module_is_small_and_says_in_a_sentence_what_it_is_for(path: Path) -> None:
    small = path.is_relative_to(ROUTER / "core") and str(path.relative_to(ROUTER)) not in LISTS
    text = path.read_text()
    assert text.count("\n") <= (LINES_IN_CORE if small else LINES_ELSEWHERE)
    said = ast.get_docstring(tree_of(path)) or ""
    first = " ".join(said.split("\n\n")[0].split())
    assert first.endswith("."), "no sentence at the head of the module"


def test_packages_hold_no_code() -> None:
    assert not [name_of(p) for p in [*MODULES, *TESTS] if p.name == "__init__.py" and p.read_text()]


def test_there_is_no_drawer_for_leftovers() -> None:
    folders = {parent for path in [*MODULES, *TESTS] for parent in path.relative_to(HOUSE).parents}
    names = {path.stem for path in [*MODULES, *TESTS]} | {folder.name for folder in folders}
    assert not names & DRAWERS


def test_no_cycle_is_dodged() -> None:
    word = "TYPE_" + "CHECKING"
    assert not [name_of(path) for path in [*MODULES, *TESTS] if word in path.read_text()]


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_waits_for_nothing_and_says_nothing_aloud(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.Global)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "open", "input")
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & {"logging", "structlog"}


def test_sql_lives_in_queries_and_migrations() -> None:
    found = [
        name_of(path) for path in PROGRAMS for text in strings_in(tree_of(path)) if SQL.search(text)
    ]
    assert not found


def test_migrations_are_numbered_one_by_one() -> None:
    numbers = [int(path.name[:4]) for path in sorted((HOUSE / "migrations").glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_query_says_what_it_is_for() -> None:
    queries = sorted(ROUTER.rglob("queries/*.sql"))
    assert queries
    assert not [name_of(q) for q in queries if not re.match(r"-- .+\.\n", q.read_text())]


def test_no_module_keeps_state_of_its_own() -> None:
    """A list, dict or set at module level, in lower case, is state (house.md 14)."""
    found = []
    for path in PROGRAMS:
        for node in tree_of(path).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
            mutable = isinstance(
                getattr(node, "value", None), ast.List | ast.Dict | ast.Set | ast.ListComp
            )
            for target in targets:
                name = target.id if isinstance(target, ast.Name) else "X"
                if mutable and name != "__all__" and name.islower():
                    found += [f"{name_of(path)}: {name}"]
    assert not found


def test_only_the_settings_read_the_environment() -> None:
    """Who starts a program hands the environment on; that is not to read a setting."""
    readers = {
        name_of(path)
        for path in PROGRAMS
        if not path.is_relative_to(ROUTER / "standalone") and "subprocess" not in path.read_text()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers <= {"router/config.py", "router/setting_sources.py"}


# -- import contracts -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A line written into a module, and the contract that it breaks."""

    contract: str
    module: str
    line: str


BREACHES = (
    Breach(contract="house", module="router/ports.py", line="import router.app"),
    Breach(contract="house", module="router/core/commands.py", line="import router.ports"),
    Breach(contract="house", module="router/leftovers.py", line='"""In no layer."""'),
    Breach(contract="core", module="router/core/floor.py", line="import router.core.engine"),
    Breach(
        contract="core", module="router/core/ivr/waits.py", line="import router.core.routing.queue"
    ),
    Breach(contract="pure", module="router/core/engine.py", line="import asyncio"),
    Breach(
        contract="stages",
        module="router/core/stages/arrival.py",
        line="import router.core.stages.queueing",
    ),
    Breach(
        contract="adapters",
        module="router/adapters/ari/perform.py",
        line="import router.adapters.ami.client",
    ),
)


def linted(house: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("lint-imports"))
    command = [program, "--config", "pyproject.toml", "--cache-dir", "kept"]
    command += [word for contract in contracts for word in ("--contract", contract)]
    environment = {**os.environ, "PYTHONPATH": str(house)}
    return subprocess.run(
        command, cwd=house, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house again, to break things in."""
    house = tmp_path_factory.mktemp("house")
    shutil.copy(HOUSE / "pyproject.toml", house)
    shutil.copytree(ROUTER, house / "router", ignore=shutil.ignore_patterns("__pycache__"))
    return house


def contracts() -> list[str]:
    settings = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    return [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]


def test_every_contract_is_broken_on_purpose_below() -> None:
    assert {breach.contract for breach in BREACHES} == set(contracts())


def test_every_contract_is_kept(copy: Path) -> None:
    result = linted(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("breach", BREACHES, ids=lambda b: f"{b.contract}: {b.module}")
def test_a_broken_contract_fails_the_check(copy: Path, breach: Breach) -> None:
    module = copy / breach.module
    before = module.read_text() if module.exists() else None
    module.write_text(f"{before or ''}\n{breach.line}\n")
    try:
        result = linted(copy, breach.contract)
    finally:
        if before is None:
            module.unlink()
        else:
            module.write_text(before)
    assert result.returncode == 1
    assert "BROKEN" in result.stdout
