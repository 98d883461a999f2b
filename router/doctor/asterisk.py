"""What Asterisk tells of itself: version, modules, clock, prompts, and its users' rights."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from router import errors
from router.adapters.ami.access import Access as AmiAccess
from router.adapters.ami.client import AmiClient
from router.adapters.ami.restless import RESTLESS, stands
from router.adapters.ari.access import Access as AriAccess
from router.adapters.ari.perform import LONGEST_SILENCE
from router.adapters.ari.rest import Rest, rest
from router.core.vocabulary import Language, PromptId
from router.doctor.finding import Finding, critical, warning

OLDEST = (22, 10, 1)
"""The first of its line without a known advisory."""
SKEW = 2.0
"""In seconds."""
NOBODY = "hotline-doctor-asks"
"""No channel has this id: a user who may only read is refused before it is looked for."""
LACKING = ("QueueAdd", "QueueRemove", "QueuePause", "Setvar")
TOO_MUCH = ("Originate", "Command", "GetConfig", "UpdateConfig", "ModuleLoad")
GUARDS = ("Redirect", "Hangup", "Getvar", "CoreShowChannels")


async def ask_ari(
    access: AriAccess, wanted: frozenset[str], prompts: Mapping[tuple[Language, PromptId], str]
) -> list[Finding]:
    """All that ARI can tell."""
    async with rest(access, connections=1) as asterisk:
        info = await asterisk.ask("asterisk", "getInfo")
        if info.status in (401, 403):
            return [_error("ari", access.where, access.refusal(info.status))]
        if not info.is_good:
            return [_error("ari", access.where, access.unreachable(info.detail))]
        found = [*version(str(info.body.get("system", {}).get("version", "")))]
        try:
            access.check_name(str(info.body.get("config", {}).get("name", "")))
        except errors.NodeMisnamed as misnamed:
            found.append(_error("system_name", access.where, misnamed))
        found += await _rights(asterisk, access)
        found += recorder(access.where, (await asterisk.ask("recordings", "listStored")).status)
        listed = await asterisk.ask("asterisk", "listModules")
        if listed.is_good:
            running = {each["name"] for each in listed.body if each["status"] == "Running"}
            found += modules(wanted, running)
        else:
            found.append(_untold("modules", access.where, listed.detail))
        sounds = await asterisk.ask("sounds", "list")
        if sounds.is_good:
            there = {
                (one["language"], each["id"]) for each in sounds.body for one in each["formats"]
            }
            found += spoken(prompts, there)
            found += silent({language for language, _ in prompts}, there)
        else:
            found.append(_untold("prompts", access.where, sounds.detail))
    return found


async def ask_ami(access: AmiAccess, *, guard: bool = False) -> list[Finding]:
    """Whether this user may log in, has the rights it needs, and no others; and the clock."""
    client = AmiClient(access, lambda event: None)
    try:
        await client.open()
    except errors.HotlineError as error:
        return [_error("ami", access.where, error)]
    try:
        commands = await client.act("ListCommands")
        if not commands.success:
            return [_untold("ami_rights", access.where, commands.message)]
        found = [*ami_rights(access.user, set(commands.fields), guard=guard)]
        if not guard:
            said = await client.act("Ping")
            now = said.fields.get("Timestamp", "")
            found += clock(access.where, now, time.time)
            kept = await client.act("Getvar", Variable=RESTLESS)
            found += dying(access.where, kept.fields.get("Value", ""), now)
        return found
    finally:
        client.close()


def version(told: str) -> Iterator[Finding]:
    """No version with known advisories."""
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", told)
    if numbers is None or tuple(map(int, numbers.groups())) < OLDEST:
        yield critical(
            "version",
            f"Asterisk {told or 'of unknown version'}",
            "Versions before 22.10.1 have known security advisories.",
            "Install Asterisk 22.10.1 or newer.",
        )


def required_modules(modules_conf: Path) -> frozenset[str]:
    """What modules.conf loads."""
    text = modules_conf.read_text(encoding="utf-8")
    return frozenset(re.findall(r"^(?:load|require)\s*=>?\s*(\S+\.so)", text, re.M))


def modules(wanted: frozenset[str], running: set[str]) -> Iterator[Finding]:
    """Everything runs that a call needs."""
    for missing in sorted(wanted - running):
        yield critical(
            "modules",
            missing,
            "Asterisk does not run this module.",
            f"Compare modules.conf with dialplans/modules.conf; `module load {missing}` in"
            " Asterisk's console tells why it does not start.",
        )


def spoken(
    prompts: Mapping[tuple[Language, PromptId], str], there: set[tuple[str, str]]
) -> Iterator[Finding]:
    """Asterisk has each prompt in each language."""
    for language, prompt in sorted(prompts):
        if (str(language), f"hotline/{prompt}") not in there:
            yield critical(
                "prompts",
                f"{language}/hotline/{prompt}",
                "Asterisk has no such sound: callers would hear nothing.",
                "Run `hotline sounds` on Asterisk's data folder, then restart Asterisk.",
            )


def silent(languages: Collection[Language], there: set[tuple[str, str]]) -> Iterator[Finding]:
    """Asterisk has the silence that lasts as long as a menu waits for a key."""
    for language in sorted(languages):
        files = (f"silence/{seconds}" for seconds in range(1, LONGEST_SILENCE + 1))
        missing = [each for each in files if (str(language), each) not in there]
        if missing:
            yield warning(
                "silence",
                f"{language}/{missing[0]}",
                "Asterisk lacks such a sound: whoever is asked for a key is asked again at once.",
                "Install Asterisk's core sounds of this language, or link silence/1 to silence/"
                f"{LONGEST_SILENCE} of another one into its folder, then restart Asterisk.",
            )


def recorder(where: str, status: int) -> Iterator[Finding]:
    """Asterisk makes its folder for recordings not by itself."""
    if status == 500:
        yield warning(
            "recordings",
            where,
            "Asterisk has no folder for recordings: messages and prompts cannot be recorded.",
            "Make the folder `recording` below astspooldir (dialplans/install.sh does), for"
            " Asterisk's own account.",
        )


def ami_rights(user: str, may: set[str], *, guard: bool) -> Iterator[Finding]:
    """Exactly what is needed: whoever steals this password gets no more."""
    where = f"[{user}] in manager.conf"
    lacking = [name for name in (GUARDS if guard else LACKING) if name not in may]
    if lacking:
        yield critical(
            "ami_rights",
            where,
            f"The user may not do {', '.join(lacking)}.",
            "Give it the read and write lines of dialplans/manager.conf.",
        )
    excess = [name for name in TOO_MUCH if name in may]
    if excess:
        yield critical(
            "ami_rights",
            where,
            f"The user may do {', '.join(excess)}, which nobody needs.",
            "Take originate, command, config and system out of its write line.",
        )


def clock(where: str, told: str, now: Callable[[], float]) -> Iterator[Finding]:
    """Both machines agree on the time, or reports and recordings do not fit together."""
    try:
        apart = abs(now() - float(told))
    except ValueError:
        yield _untold("clock", where, "no time in its answer")
        return
    if apart > SKEW:
        yield warning(
            "clock",
            where,
            f"Asterisk's clock and ours are {apart:.0f} s apart.",
            "Let both machines follow the same time server (chrony, systemd-timesyncd).",
        )


def dying(where: str, kept: str, now: str) -> Iterator[Finding]:
    """The guard trusts the engine; both times by Asterisk's clock."""
    if stands(kept, now):
        yield critical(
            "restless",
            where,
            "The engine died again and again within seconds of its start, so the fallback has its"
            " callers.",
            "Its log tells why. Callers are back with it once it has lived for 10 s or more.",
        )


async def _rights(asterisk: Rest, access: AriAccess) -> list[Finding]:
    said = await asterisk.ask("channels", "hangup", channelId=NOBODY)
    if said.status != 403:
        return []
    return [
        critical(
            "ari_rights",
            f"[{access.user}] in ari.conf",
            "The user may only read: the engine could serve nobody.",
            "Set read_only = no for it, or correct ari.user.",
        )
    ]


def _error(check: str, where: str, error: errors.HotlineError) -> Finding:
    what, _, remedy = str(error).partition(". ")
    return critical(check, where, f"{what.rstrip('.')}.", remedy or "Look at Asterisk's log.")


def _untold(check: str, where: str, detail: str) -> Finding:
    return warning(
        check,
        where,
        f"Asterisk does not tell ({detail}).",
        "Compare its configuration with dialplans/.",
    )
