"""Everything the doctor looks at, one after the other, gathered into findings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from router.adapters.ami.access import Access as AmiAccess
from router.adapters.ari.access import Access as AriAccess
from router.adapters.flow_files import prompt_texts
from router.config import Settings
from router.doctor import asterisk, certificate, database, flows, machine, trunk
from router.doctor.finding import Finding, Severity, critical

SOURCES = Path(__file__).parents[2]
MIGRATIONS = SOURCES / "migrations"
MODULES = SOURCES / "dialplans/modules.conf"


async def examine(settings: Settings, settings_file: Path | None = None) -> list[Finding]:
    """Looks and touches nothing; the gravest findings come first."""
    folder = settings.state_dir
    web = urlsplit(settings.ari_url)
    ari_host = web.hostname or ""
    found: list[Finding] = [
        *machine.names(ari_host, settings.ami_host, settings.carrier.host),
        *machine.open_ports({"ARI": web.port or 8088, "AMI": settings.ami_port}),
        *machine.control_address("ARI", ari_host),
        *machine.control_address("AMI", settings.ami_host),
    ]
    if folder.is_dir():
        found += [*machine.disk(folder), *machine.file_modes(folder, settings_file)]
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
    found += await certificate.shown_by(settings.ari_url)
    found += await asterisk.ask_ari(
        AriAccess(
            url=settings.ari_url,
            user=settings.ari_user,
            password=settings.ari_password,
            timeout=settings.rest_timeout,
        ),
        asterisk.required_modules(MODULES),
        {} if policy is None else prompt_texts(settings.ivr_dir),
    )
    found += await asterisk.ask_ami(_ami(settings, settings.ami_user, settings.ami_password))
    if settings.guard_password:
        guard = _ami(settings, settings.guard_user, settings.guard_password)
        found += await asterisk.ask_ami(guard, guard=True)
    if settings.database:
        found += await database.migrated(settings.database, MIGRATIONS)
    if not trunk.is_practice(settings.carrier):
        found += await trunk.reachable(settings.carrier)
    return sorted(found, key=lambda one: (one.severity is not Severity.CRITICAL, one.check))


def _ami(settings: Settings, user: str, password: str) -> AmiAccess:
    return AmiAccess(
        host=settings.ami_host,
        port=settings.ami_port,
        user=user,
        password=password,
        timeout=settings.ami_timeout,
    )
