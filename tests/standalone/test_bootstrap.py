"""`make` finds or makes its virtual environment, and says in one sentence why it cannot."""

from __future__ import annotations

import ast
import ensurepip
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from router.standalone import bootstrap
from tests.standalone.web_folder import serving

SCRIPT = Path(bootstrap.__file__)
# Builds the clone's package without fetching a build tool.
BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "clone-1.0-py3-none-any.whl"
    info = "clone-1.0.dist-info/"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("clone.py", "")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: clone\\nVersion: 1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n"
                                       "Tag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "clone"
version = "1.0"

[dependency-groups]
dev = []
"""


class Clone:
    """A fresh clone of a project that needs nothing from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / ".venv/bin/python"
        script = folder / "router/standalone/bootstrap.py"
        script.parent.mkdir(parents=True)
        shutil.copy(SCRIPT, script)
        (folder / "backend.py").write_text(BACKEND)
        (folder / "pyproject.toml").write_text(PROJECT)

    def makes(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "router/standalone/bootstrap.py"],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": "/dev/null", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def has_package(self) -> bool:
        found = subprocess.run([self.python, "-c", "import clone"], cwd="/", check=False)
        return found.returncode == 0


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


@contextmanager
def index_of_pip(folder: Path, sha256: str | None = None) -> Iterator[str]:
    """A package index on loopback with the pip that this Python brings along."""
    wheels = list((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    if not wheels:
        pytest.skip("this Python brings no pip along")
    (wheel,) = wheels
    (folder / "pip").mkdir(parents=True)
    shutil.copy(wheel, folder / "pip")
    listed = {
        "filename": wheel.name,
        "url": wheel.name,
        "hashes": {"sha256": sha256 or hashlib.sha256(wheel.read_bytes()).hexdigest()},
    }
    (folder / "pip/index.html").write_text(json.dumps({"files": [listed]}))
    with serving(folder) as url:
        yield url


@pytest.fixture
def bare_python(tmp_path: Path) -> str:
    """A virtual environment as Debian makes it without python3-venv."""
    folder = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return str(folder / "bin/python")


def test_a_fresh_clone_gets_its_environment_once(clone: Clone) -> None:
    first = clone.makes()
    assert first.returncode == 0, first.stderr
    assert clone.has_package()
    made = clone.python.lstat().st_mtime_ns

    second = clone.makes(PIP_INDEX_URL="http://127.0.0.1:1/simple")

    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert clone.python.lstat().st_mtime_ns == made

    (clone.folder / "pyproject.toml").write_text(PROJECT + "# changed\n")
    assert "Installing" in clone.makes().stdout

    shutil.rmtree(clone.folder / ".venv/bin")
    assert "Making .venv" in clone.makes().stdout
    assert clone.has_package()


def test_without_a_network_the_first_run_says_so_in_one_line(clone: Clone) -> None:
    needs = PROJECT.replace("dev = []", 'dev = ["rich"]')
    (clone.folder / "pyproject.toml").write_text(needs)

    ended = clone.makes(PIP_INDEX_URL="http://user:secret@127.0.0.1:1/simple")

    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "the first run needs the network" in ended.stderr
    assert "secret" not in ended.stderr


def test_where_debian_left_pip_out_it_comes_from_the_index(
    bare_python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with index_of_pip(tmp_path / "index") as index:
        monkeypatch.setenv("PIP_INDEX_URL", index)
        bootstrap.fetch_pip(bare_python)

    subprocess.run([bare_python, "-m", "pip", "--version"], check=True, stdout=subprocess.DEVNULL)


def test_a_pip_that_is_not_what_the_index_promises_is_refused(
    bare_python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with index_of_pip(tmp_path / "index", sha256="0" * 64) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index)
        with pytest.raises(bootstrap.Stopped, match="not used"):
            bootstrap.fetch_pip(bare_python)


def release(version: str, **more: object) -> Mapping[str, object]:
    name = f"pip-{version}-py3-none-any.whl"
    return {"filename": name, "url": name, "hashes": {"sha256": "0"}, **more}


def test_the_newest_pip_that_fits_this_python_is_chosen() -> None:
    files = [
        release("9.0.3"),
        release("25.1"),
        release("25.0.1"),
        release("26.0b1"),
        release("26.1", yanked="broken"),
        release("99.0", **{"requires-python": ">=3.99"}),
        {**release("25.2"), "filename": "pip-25.2.tar.gz"},
    ]

    assert bootstrap.newest_wheel([dict(file) for file in files]).version == (25, 1)


def test_the_group_dev_may_include_others() -> None:
    project = b'[dependency-groups]\nlint = ["ruff"]\ndev = ["pytest", {include-group = "lint"}]\n'

    assert bootstrap.dev_requirements(project) == ["pytest", "ruff"]


def test_an_old_python_can_read_the_script_to_say_that_it_is_too_old() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
