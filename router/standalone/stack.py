"""`hotline up` and `hotline down`, as a person sees them."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from router import errors
from router.folders import make_state_folder
from router.standalone.private_stack import STACK_FILE, Plan, Stack, end, keep_up
from router.standalone.progress import shown_on

ASK_EVERY = 0.1


def up(
    *,
    state_dir: Path,
    cache_dir: Path,
    mirror: str,
    carrier: str,
    hotline_number: str,
    ivr_dir: Path,
    speech_command: str,
    environment: Mapping[str, str],
    restart: bool,
    standby: bool,
    nodes: int,
    detach: bool,
    console: Console,
) -> None:
    """Bring the private stack up and stay with it, or leave it to a process of its own."""
    os.umask(0o077)  # what a stack writes is for its own account alone
    if detach:
        _detached(state_dir, console)
        return
    plan = Plan(
        state_dir=state_dir.absolute(),
        cache_dir=cache_dir,
        ivr_dir=ivr_dir,
        carrier=carrier,
        hotline_number=hotline_number,
        mirror=mirror,
        environment=environment,
        restart=restart,
        speech_command=speech_command,
        standby=standby,
        nodes=nodes,
    )
    with shown_on(console) as progress:
        asyncio.run(
            keep_up(
                plan,
                say=lambda line: console.print(f"[dim]{line}[/dim]", highlight=False),
                progress=progress,
                on_ready=lambda stack: _welcome(stack, console),
            )
        )
    console.print("The stack is down.")


def down(*, state_dir: Path, console: Console) -> None:
    """End what `up` started, to the last process."""
    there_was = end(state_dir.absolute())
    console.print("The stack is down." if there_was else f"No stack is up in {state_dir}.")


def _welcome(stack: Stack, console: Console) -> None:
    site = stack.site
    where = f"{site.sip_host}:{site.sip_port}"
    sites = (site, *(node.site for node in stack.further))
    callers = "\n         ".join(
        f"sip:{each.hotline_number}@{each.sip_host}:{each.sip_port}" for each in sites
    )
    folder = stack.plan.state_dir
    here = f"--state-dir {shlex.quote(str(folder))}"
    console.print(
        Panel(
            f"[b]Callers[/b]  call from {site.trunk_from} (any port, no password):\n"
            f"         {callers}\n"
            f"[b]Agents[/b]   hotline agents import FILE {here}\n"
            f"         hotline agents login --all {here}\n"
            f"         A softphone registers at {where} with its agent's id; "
            "`hotline agents show ID` prints its password.\n"
            "         From a desk phone: *11 in, *12 out, *13 pause, *14 back, *15 ready,\n"
            "         *16 respiro (a break after a hard call), *17 more time for the wrap-up.\n"
            f"         Agents' telephone numbers are dialled at {stack.plan.carrier}.\n"
            f"[b]Watch[/b]    hotline tail {here}\n"
            f"[b]End[/b]      hotline down {here}\n"
            "         or Ctrl-C where it was brought up\n"
            f"[b]Programs[/b] read {folder / STACK_FILE}",
            title="The hotline takes calls",
            expand=False,
        ),
        highlight=False,
    )


def _detached(state_dir: Path, console: Console) -> None:
    """The same command without --detach, in a session of its own; wait until it takes calls."""
    arguments = [a for a in sys.argv[1:] if a not in ("--detach", "-d")]
    make_state_folder(state_dir)
    log = state_dir / "up.log"
    stack_file = state_dir / STACK_FILE
    before = stack_file.stat().st_mtime_ns if stack_file.exists() else 0
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "router.cli.main", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=dict(os.environ),
        )
    with console.status("Bringing the stack up ..."):
        while not (stack_file.exists() and stack_file.stat().st_mtime_ns != before):
            if process.poll() is not None:
                said = log.read_text(errors="replace").strip().splitlines()
                failed = errors.StackFailed(detail=said[-1] if said else "It said nothing.")
                failed.code = process.returncode
                raise failed
            time.sleep(ASK_EVERY)
    while log.read_text(errors="replace").find("hotline down") < 0 and process.poll() is None:
        time.sleep(ASK_EVERY)
    console.print(log.read_text(errors="replace"), highlight=False, markup=False)
