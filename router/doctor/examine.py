"""Everything the doctor looks at, one after the other, gathered into findings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from router.adapters.flow_files import prompt_texts
from router.config import Settings
from router.core.vocabulary import Language, PromptId
from router.doctor import asterisk, certificate, database, engine, flows, machine, trunk
from router.doctor.finding import Finding, Severity, critical
from router.nodes import ami_access, ari_access
from router.setting_nodes import NodeSettings

SOURCES = Path(__file__).parents[2]
MIGRATIONS = SOURCES / "migrations"
MODULES = SOURCES / "dialplans/modules.conf"


async def examine(settings: Settings, settings_file: Path | None = None) -> list[Finding]:
    """Looks and touches nothing; the gravest findings come first."""
    folder = settings.state_dir
    web = [urlsplit(node.ari_url).hostname or "" for node in settings.every_node]
    ami = [node.ami_host for node in settings.every_node]
    found = [*machine.names(*web, *ami, settings.carrier.host)]
    for node in settings.every_node:
        found += _addresses(node)
    if folder.is_dir():
        found += [*machine.disk(folder), *machine.file_modes(folder, settings_file)]
        found += await asyncio.to_thread(engine.frozen, folder)
    else:
        found.append(
            critical(
                "state_folder",
                str(folder),
                "There is no such folder.",
                "Start the engine once, or name its folder with --state-dir.",
            )
        )
    policy, wrong = flows.read(settings.ivr_dir)
    found += wrong
    agents, damaged = flows.roster(folder / "roster.json")
    found += damaged
    found += flows.running_out(agents, datetime.now(UTC))
    if policy is not None:
        found += flows.unasked(agents, policy)
    prompts = {} if policy is None else prompt_texts(settings.ivr_dir)
    for node in settings.every_node:
        found += await _asked(settings, node, prompts)
    if settings.database:
        found += await database.migrated(settings.database, MIGRATIONS)
    if not trunk.is_practice(settings.carrier):
        found += await trunk.reachable(settings.carrier)
    return sorted(found, key=lambda one: (one.severity is not Severity.CRITICAL, one.check))


def _addresses(node: NodeSettings) -> list[Finding]:
    web = urlsplit(node.ari_url)
    ari_host = web.hostname or ""
    return [
        *machine.open_ports({"ARI": web.port or 8088, "AMI": node.ami_port}),
        *machine.control_address("ARI", ari_host),
        *machine.control_address("AMI", node.ami_host),
    ]


async def _asked(
    settings: Settings, node: NodeSettings, prompts: Mapping[tuple[Language, PromptId], str]
) -> list[Finding]:
    """What one Asterisk tells of itself."""
    found = await certificate.shown_by(node.ari_url)
    modules = asterisk.required_modules(MODULES)
    found += await asterisk.ask_ari(ari_access(settings, node), modules, prompts)
    ami = ami_access(settings, node)
    found += await asterisk.ask_ami(ami)
    if node.guard_password:
        guard = replace(ami, user=node.guard_user, password=node.guard_password)
        found += await asterisk.ask_ami(guard, guard=True)
    return found
