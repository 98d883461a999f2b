"""Makes .venv in this clone and installs the project into it; `make` runs it, with any Python 3.

It needs nothing but the standard library, and is written so that an old Python can read it and say
that it is too old.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import typing
import urllib.parse
import urllib.request

OLDEST = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.11")
# Raised when the way of installing changes: every .venv is then brought up to date.
RECIPE = 1
DEFAULT_INDEX = "https://pypi.org/simple"
SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
OFFLINE = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "Connection refused",
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "Max retries exceeded",
    "Read timed out",
)


class Stopped(Exception):
    """One sentence for the person who typed `make`."""


class Wheel(typing.NamedTuple):
    """A release of pip in an index."""

    version: "tuple[int, ...]"
    name: str
    url: str
    sha256: str


def main() -> None:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        if sys.version_info < OLDEST:
            _start_again_with(_newer_python())
        # Two `make`s at once: the second waits, and finds the work done.
        with open(os.path.join(root, "pyproject.toml"), "rb") as project:
            fcntl.flock(project, fcntl.LOCK_EX)
            bring_up_to_date(root, project.read())
    except Stopped as reason:
        sys.exit(f"bootstrap: {reason}")
    except KeyboardInterrupt:
        sys.exit("bootstrap: stopped; the next `make` begins again where this one ended.")


def bring_up_to_date(root: str, project: bytes) -> None:
    """Returns at once if .venv fits `project`, this folder and a Python that is still there."""
    folder = os.path.join(root, ".venv")
    python = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, "bootstrap.stamp")
    wanted = hashlib.sha256(f"{RECIPE}\n{root}\n".encode() + project).hexdigest()
    if os.path.exists(python) and _read(stamp) == wanted:
        return
    if os.path.exists(stamp):
        os.remove(stamp)
    if not _has_pip(python):
        _say("Making .venv ...")
        _make_venv(folder, python)
    _say("Installing the project and its tools into .venv (once) ...")
    _pip(python, ["--editable", root, *dev_requirements(project)])
    with open(stamp, "w") as file:
        file.write(wanted)


def dev_requirements(project: bytes) -> "list[str]":
    """The group `dev` of pyproject.toml; older pips do not know groups (PEP 735) themselves."""
    import tomllib

    groups = tomllib.loads(project.decode())["dependency-groups"]

    def of(group: str) -> "list[str]":
        found: list[str] = []
        for entry in groups[group]:
            found += of(entry["include-group"]) if isinstance(entry, dict) else [entry]
        return found

    return of("dev")


def _newer_python() -> str:
    for name in NEWER:
        path = shutil.which(name)
        # A name in PATH may be a shim without a Python behind it.
        if path is not None and _succeeds(
            [path, "-c", "import sys; assert sys.version_info > (3, 11)"]
        ):
            return path
    found = ".".join(map(str, sys.version_info[:3]))
    raise Stopped(
        f"Python 3.11 or newer is needed and python3 is {found}; install python3.11 (on Ubuntu "
        "22.04: apt install python3.11 python3.11-venv) and run this again."
    )


def _start_again_with(python: str) -> None:
    os.execv(python, [python, os.path.abspath(__file__)])


def _make_venv(folder: str, python: str) -> None:
    if not _succeeds([sys.executable, "-m", "venv", "--clear", folder]):
        # Debian without python3-venv: a venv, but no pip to put into it.
        made = _run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder])
        if made.returncode != 0:
            raise Stopped(_told(made.stderr, f"a virtual environment cannot be made in {folder}"))
        fetch_pip(python)


def fetch_pip(python: str) -> None:
    """From the package index (PEP 691), its hash checked, as pip itself would."""
    index = os.environ.get("PIP_INDEX_URL", DEFAULT_INDEX).rstrip("/")
    page = f"{index}/pip/"
    try:
        wheel = newest_wheel(json.loads(_get(page, SIMPLE_JSON))["files"])
        content = _get(urllib.parse.urljoin(page, wheel.url), "*/*")
    except OSError as failure:
        raise Stopped(_offline(index, str(getattr(failure, "reason", failure)))) from failure
    except (ValueError, LookupError) as failure:
        raise Stopped(
            f"{index} has no pip that can be used ({failure}); install python3-venv instead "
            "(apt install python3-venv) and run this again."
        ) from failure
    if hashlib.sha256(content).hexdigest() != wheel.sha256:
        raise Stopped(f"the pip from {index} is not what its index promises, so it is not used.")
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, os.path.basename(wheel.name))
        with open(file, "wb") as target:
            target.write(content)
        # A wheel is a zip, and Python can run the pip inside to install itself.
        done = _run([python, os.path.join(file, "pip"), "install", "--quiet", "--no-index", file])
    if done.returncode != 0:
        raise Stopped(_told(done.stderr, "pip cannot be installed into .venv"))


def newest_wheel(files: "list[dict[str, typing.Any]]") -> Wheel:
    """The newest final release of pip that runs on this Python; LookupError if there is none."""
    fit = []
    for file in files:
        name = file["filename"]
        version = re.match(r"pip-(\d+(?:\.\d+)*)-py3-none-any\.whl$", name)
        needs = re.search(r">=\s*3\.(\d+)", file.get("requires-python") or "")
        too_new = needs is not None and int(needs.group(1)) > sys.version_info[1]
        if version is None or too_new or file.get("yanked"):
            continue
        numbers = tuple(map(int, version.group(1).split(".")))
        fit.append(Wheel(numbers, name, file["url"], file["hashes"]["sha256"]))
    if not fit:
        raise LookupError("no wheel of pip fits")
    return max(fit)


def _get(url: str, accept: str) -> bytes:
    trusted = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=30, context=trusted) as answer:
        content: bytes = answer.read()
        return content


def _pip(python: str, what: "list[str]") -> None:
    # Its bars on a terminal; in a log only what went wrong.
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    # Older pips (Debian 12 has 23.0) would run aioari's setup.py, which cannot get what it needs.
    command.append("--use-pep517")
    done = _run([*command, "--retries", "2", *quiet, *what], show=True)
    if done.returncode == 0:
        return
    if any(words in done.stderr for words in OFFLINE):
        index = os.environ.get("PIP_INDEX_URL", DEFAULT_INDEX)
        raise Stopped(_offline(index, "pip cannot connect"))
    raise Stopped(_told(done.stderr, "the Python packages cannot be installed"))


def _offline(index: str, detail: str) -> str:
    shown = re.sub(r"//[^/@]*@", "//", index)
    return (
        f"Python packages cannot be fetched from {shown} ({detail}); the first run needs the "
        "network, or set PIP_INDEX_URL or HTTPS_PROXY to what you reach."
    )


def _told(stderr: str, sentence: str) -> str:
    if "No space left on device" in stderr:
        return f"{sentence}: the disk is full; make room and run this again."
    lines = [line for line in stderr.strip().splitlines() if line.strip()]
    return "{}: {}".format(sentence, lines[-1].strip() if lines else "no reason was given")


def _has_pip(python: str) -> bool:
    return os.path.exists(python) and _succeeds([python, "-m", "pip", "--version"])


def _succeeds(command: "list[str]") -> bool:
    return _run(command).returncode == 0


def _run(command: "list[str]", show: bool = False) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=None if show else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _read(file: str) -> str:
    try:
        with open(file) as opened:
            return opened.read()
    except OSError:
        return ""


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
