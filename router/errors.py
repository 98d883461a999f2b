"""Every error a person can meet: the docstring is the sentence, the facts fill it in."""

from __future__ import annotations

from inspect import cleandoc


class HotlineError(Exception):
    """{message}"""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        # The template's line breaks are the source's; those inside a fact are meant.
        sentence = " ".join(cleandoc(type(self).__doc__ or "{message}").split())
        super().__init__(sentence.format(**facts))


class SettingInvalid(HotlineError):
    """{source}: {setting} is {value!r}; expected {expected}."""


class SettingMissing(HotlineError):
    """{setting} has no value ({about}). Set {variables} or {setting} in {file}."""


class SettingUnknown(HotlineError):
    """{source}: there is no setting {setting!r}.{hint}"""


class SettingsFileInvalid(HotlineError):
    """{file} cannot be read as settings: {detail}."""


class SettingsInvalid(HotlineError):
    """{problems}"""


class AsteriskUnreachable(HotlineError):
    """Asterisk does not answer at {where} ({detail}). Start it, or correct {setting}."""


class AsteriskRefusedLogin(HotlineError):
    """Asterisk at {where} refused the user {user!r} or its password. Make {setting} the same as in
    {file} on the Asterisk machine."""


class NotAsterisk(HotlineError):
    """What answers at {where} is not the {interface} of an Asterisk ({detail}). Correct {setting},
    or switch {interface} on in {file} on the Asterisk machine."""


class NodeMisnamed(HotlineError):
    """The Asterisk at {where} calls itself {named!r}, and two nodes could give a channel the same
    id. Set `systemname = {wanted}` in its asterisk.conf, and restart it."""


class NodeUnknown(HotlineError):
    """There is no Asterisk named {name!r} in the settings; there is {known}."""


class AmiValueUnsafe(HotlineError):
    """The field {field} of the AMI action {action} holds a control character, which Asterisk could
    read as another action: nothing was sent."""


class DatabaseUnreachable(HotlineError):
    """The database at {where} cannot be reached ({detail}). Calls go on without it; start it or
    correct {setting}, and the journal catches up."""


class FlowFilesInvalid(HotlineError):
    """{problems}"""


class EngineNotRunning(HotlineError):
    """No engine answers in {folder}. Start one with `hotline up` or `hotline run`, or name its
    folder with --state-dir."""


class EngineAlreadyRuns(HotlineError):
    """An engine (process {pid}) answers in {folder} already. Stop it first, or give this one
    another folder with --state-dir."""


class GuardReplaced(HotlineError):
    """Another guard has begun to watch this Asterisk, so this one ends. Run one guard for each."""


class EngineOfAnotherUser(HotlineError):
    """The engine in {folder} belongs to another user. Give the command as that user."""


class StateFolderUnusable(HotlineError):
    """The state folder {folder} cannot be used ({detail}). Correct that, or choose another with
    --state-dir."""


class EngineSilent(HotlineError):
    """The engine in {folder} does not answer within {seconds:g} s. Callers are served by the
    fallback queue meanwhile; look at its log, and start it again."""


class EngineSpeaksOtherVersion(HotlineError):
    """The engine in {folder} speaks version {theirs} of the control protocol, and this `hotline`
    version {ours}. Use the `hotline` that the engine was started with, or restart the engine."""


class EngineFault(HotlineError):
    """The engine in {folder} met a fault of its own in this ({fault}); its log tells where. Calls
    are not touched by it."""


class RequestRefused(HotlineError):
    """{message}"""


# standalone


class NetworkMissing(HotlineError):
    """{what} cannot be fetched from {where} ({detail}). The first run needs the network; later runs
    do not."""


class FetchFailed(HotlineError):
    """{what} cannot be fetched from {where}: {detail}. The whole output is in {log}."""


class ArchiveUntrusted(HotlineError):
    """The archive {where} is not signed by Debian ({detail}), so nothing of it is used. Correct
    HOTLINE_DEBIAN_MIRROR or look for what rewrites your traffic."""


class DiskFull(HotlineError):
    """There is not enough room in {folder}: {needed} are needed, {free} are free. Make room, or
    move it to a larger disk with {setting}."""


class ProgramMissing(HotlineError):
    """{program} is needed to {purpose} and is not installed. {remedy}"""


class PlatformUnsupported(HotlineError):
    """A private Asterisk runs on Debian and Ubuntu with {supported}; this machine is {found}. Point
    `hotline run` at an Asterisk of your own instead."""


class AsteriskTooOld(HotlineError):
    """{where} offers Asterisk {version}, and the hotline needs {needed} or newer. Choose another
    archive with HOTLINE_DEBIAN_MIRROR."""


class PostgresFailed(HotlineError):
    """PostgreSQL did not {what} in {folder}: {detail}. Its log is {log}."""


class PostgresPortTaken(HotlineError):
    """PostgreSQL cannot listen on port {port}: another program does. Choose another port."""


class FolderClosed(HotlineError):
    """PostgreSQL never runs as root, and the account {account} may not enter {folder}. Choose a
    folder that it may enter, such as --state-dir /var/lib/hotline."""


class AccountUnknown(HotlineError):
    """The user id {uid} has no name on this machine, and PostgreSQL refuses that. Add it to
    /etc/passwd, or run as a user who has one."""


class PortTaken(HotlineError):
    """{what} cannot use {where} ({detail}). Stop the program that has it, or choose another
    port."""


class AsteriskDied(HotlineError):
    """Asterisk ended while it started: {detail} The whole log is {log}."""


class AsteriskLate(HotlineError):
    """Asterisk was not ready after {seconds} s: {detail} The whole log is {log}."""


class DialplanValueUnknown(HotlineError):
    """{file} asks for @{name}@, which is no value of dialplans/site.env. Correct the name."""


class BaresipFailed(HotlineError):
    """The phone at {where} did not start (its files are in {folder}): {detail}"""


class BaresipRefused(HotlineError):
    """The phone's baresip did not perform {command!r}: {answer}."""


class PhoneWaitedInVain(HotlineError):
    """The phone {phone} waited {seconds} s for {what}; it saw: {seen}."""


class ProbeFailed(HotlineError):
    """The hotline's own test call did not get as far as "{stage}": {detail}. Callers may meet the
    same; `hotline doctor` and `hotline explain` tell more."""


class ProbeUnfit(HotlineError):
    """There is no test agent {agent} that answers test calls ({detail}). Add one to the roster:
    docs/probe.md shows its lines."""


class PhoneIdle(HotlineError):
    """The phone {phone} has no call to accept, press a key in, or hang up."""


# postgres


class DatabaseRefused(HotlineError):
    """The database at {where} refuses what is asked of it ({detail}). Give it room and its user the
    rights, and apply the migrations of this version."""


class MigrationsMissing(HotlineError):
    """There are no migrations in {folder}. Name the folder `migrations` of our sources."""


class MigrationEdited(HotlineError):
    """The migration {name} was changed after it had been applied to the database at {where}.
    Restore the file, and put the change into a new migration."""


class MigrationUnknown(HotlineError):
    """The database at {where} has the migration {name}, which this version does not know. Install
    the newer version that made it, or use another database."""


class MigrationsBusy(HotlineError):
    """Another program has been migrating the database at {where} for {seconds} s. Wait for it, or
    end it."""


class KeyFileInvalid(HotlineError):
    """{file} does not hold the key that seals callers' numbers ({detail}). Restore it, or move it
    away: a new one is made, and numbers sealed before cannot be read any more."""


class RosterInvalid(HotlineError):
    """{problems}"""


class PlotsNotInstalled(HotlineError):
    """Plots need {module}, which is not installed: pip install 'hotline[plots]', or leave --plots
    out."""


class ModelInvalid(HotlineError):
    """{problems}"""


class TrafficInvalid(HotlineError):
    """{where}: {wrong}. The shipped router/simulator/traffic.json shows the form."""


class ShiftsInvalid(HotlineError):
    """{problems}"""


class SpeechFailed(HotlineError):
    """The prompt {text!r} could not be spoken in the voice {voice}: {detail}. Record it, or correct
    its text or language."""


class LoadFailed(HotlineError):
    """SIPp gave up (status {status}): {detail}"""


class InboxFull(HotlineError):
    """The engine's inbox is full ({size} events): reconnect and list, so that nothing is lost
    quietly."""


class StackIsUp(HotlineError):
    """A stack is up in {folder} already. End it with `hotline down`, or name another folder with
    --state-dir."""


class EngineDied(HotlineError):
    """The engine ended before it could take a call: {detail} The whole story is in {log}."""


class EngineLate(HotlineError):
    """The engine has not taken up its work within {seconds} s: {detail} The whole story is in
    {log}."""


class StackFailed(HotlineError):
    """{detail}"""

    code = 0
    """The exit code of whatever failed to bring it up, if it had one."""


class StandsBy(HotlineError):
    """The engine {name} stands by and does not act; {active} is the active one. Give the command on
    the machine of that engine."""


class NoStandby(HotlineError):
    """No engine stands by in {folder} to take over. Start the new version beside the active one
    first: `hotline run --standby`, or `systemctl restart hotline-standby`."""


class UpgradeFailed(HotlineError):
    """The new engine did not come up ({detail}); the old one goes on. The new one's words are in
    {log}."""


class HandOverFailed(HotlineError):
    """Nobody took over within {seconds} s; the engine {name} goes on."""


class NumberNotKept(HotlineError):
    """The number of {call} is not kept any more (numbers are deleted after a day), or never was."""


class MessageUnknown(HotlineError):
    """There is no message {message}. `hotline messages list` shows them."""


class MessageUnreadable(HotlineError):
    """The message {message} cannot be heard: {detail}."""


class CallbackUnknown(HotlineError):
    """{call} asked for no callback. `hotline callbacks --all` lists those who did."""


class CallerNotKnown(HotlineError):
    """Nothing is kept of who called in {call} (no such call, or the number was withheld), so nobody
    can be kept apart from them. `hotline calls` lists calls."""


class PairUnknown(HotlineError):
    """No pair {pair} is kept apart. `hotline agents never-pairs` lists those that are."""


# rehearsal


class StoryInvalid(HotlineError):
    """{file} cannot be read as a story: {detail}."""


class StoryGoesOtherwise(HotlineError):
    """Not so: {sentence}; {instead}."""


class StoriesMissing(HotlineError):
    """There is no story in {folder}. Name a folder of .yaml files that tell one each."""


class RecordingUnusable(HotlineError):
    """{file} cannot be used as a recording: {detail}. Save it as WAV, MP3, FLAC or Ogg."""


class NothingRecorded(HotlineError):
    """Nobody has recorded {prompt} in {language} by telephone. `hotline prompts list` has its
    number; whoever has `records_prompts: true` in the roster dials *50 and the number."""


class PromptUnknown(HotlineError):
    """There is no prompt {prompt} in {language} to be recorded. `hotline prompts list` has them
    all, also the parts of those that have gaps."""
