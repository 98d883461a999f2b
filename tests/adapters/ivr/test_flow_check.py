"""What the check finds, where, and how it is accepted: every code is seen firing."""

from __future__ import annotations

import json
import wave
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.adapters.flow_check import check
from router.adapters.ivr.checks.findings import CODES, Checked
from router.cli.exits import Exit
from router.cli.main import run
from router.errors import RosterInvalid
from tests.adapters.ivr.small_hotline import build

ROOT = Path(__file__).parents[3]
FLOW, QUEUES, ROSTER = "ivr/flows/linea.yaml", "ivr/queues.yaml", "roster.yaml"
DOCS = ROOT / "docs/checks"
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """`new` replaces `old` in a file (or is added at its end), and is found at `at`."""

    code: str
    file: str
    old: str
    new: str
    at: str
    says: str

    def __str__(self) -> str:
        return f"{self.code} {self.says}"


LONG_NOTICE = "saludo: " + "Su llamada es confidencial y puede grabarse. " * 20 + "\n"
TWO_WAYS = """\
  menu:
    menu: menu
    keys: {1: antes, 4: juridico}
    on_timeout: juridico
    on_wrong: juridico
  antes:
    menu: menu
    keys: {1: cerca}
    on_timeout: juridico
    on_wrong: juridico
  cerca:
    menu: menu
    keys: {1: crisis}
    on_timeout: juridico
    on_wrong: juridico
  sobra:
"""
RECORDER = """\
  buzon:
    message: saludo
    next: gracias
    on_timeout: crisis
"""
FAULTS = (
    Fault("IVR001", FLOW, "4: juridico", "4: juridic", f"{FLOW}:10:10", "no step of this flow"),
    Fault(
        "IVR002",
        FLOW,
        "  saludo:\n    play: saludo\n    next: menu",
        "  saludo:\n    branch: [{if: edad < 18, to: crisis}]\n    otherwise: menu",
        f"{FLOW}:4:19",
        "not set on every way",
    ),
    Fault(
        "IVR003",
        "ivr/lines.yaml",
        "language: es",
        "language: en",
        f"{FLOW}:4:11",
        "has no text in 'en'",
    ),
    Fault(
        "IVR004", FLOW, "on_timeout: crisis", "on_timeout: saludo", f"{FLOW}:11:17", "led round"
    ),
    Fault("IVR005", FLOW, "next: menu", "next: gracias", f"{FLOW}:1:8", "no way leads"),
    Fault("IVR006", FLOW, "4: juridico", "12: juridico", f"{FLOW}:10:7", "'1' and '12'"),
    Fault(
        "IVR006", FLOW, "4: juridico", "4: juridico\n    repeat: 4", f"{FLOW}:10:7", "has '4' among"
    ),
    Fault(
        "IVR006",
        FLOW,
        "  saludo:\n    play: saludo\n    next: menu",
        "  saludo:\n    collect: saludo\n    into: folio\n    max: 4\n    ends_with: '*'\n"
        "    next: menu\n    on_timeout: menu\n    on_wrong: menu",
        f"{FLOW}:7:16",
        "start them again",
    ),
    Fault("IVR007", FLOW, "4: juridico", "4: crisis", f"{FLOW}:16:3", "to the step 'juridico'"),
    Fault("IVR007", "ivr/flows/otra.yaml", "", "", "ivr/flows/otra.yaml:1:1", "begun by no line"),
    Fault(
        "IVR008", FLOW, "on_timeout: crisis", "on_timeout: juridico", "ivr/lines.yaml:2:3",
        "may end at 'juridico', not in the queue 'crisis'",
    ),
    Fault(
        "IVR020", FLOW, "    queue: crisis\n",
        "    queue: crisis\n    on_nobody_staffed: gracias\n", f"{FLOW}:13:3",
        "comes to 'gracias', where the system hangs up",
    ),
    Fault(
        "IVR009",
        "ivr/prompts/es.yaml",
        "saludo: Le atiende una persona.\n",
        LONG_NOTICE,
        "ivr/lines.yaml:2:3",
        "waits 72 s for crisis",
    ),
    Fault("IVR009", FLOW, "  menu:\n    menu: menu", TWO_WAYS + "    menu: menu",
          "ivr/lines.yaml:2:3", "presses 3 keys"),
    Fault(
        "IVR010",
        FLOW,
        "4: juridico",
        "\n      ".join(f"{key}: juridico" for key in range(2, 8)),
        f"{FLOW}:7:11",
        "announces 7 options",
    ),
    Fault(
        "IVR011",
        "ivr/prompts/es.yaml",
        "menu: Si",
        "menu: Si " + "usted o alguien de su casa o de su colonia " * 7,
        f"{FLOW}:7:11",
        "takes 26 s",
    ),
    Fault("IVR012", ROSTER, "juridico: 3", "psicologia: 3", f"{QUEUES}:8:3", "nobody in"),
    Fault(
        "IVR013",
        ROSTER,
        "juridico: 3}",
        "juridico: 3}\n    works: {mon-fri: [00:00-16:00, 16:00-24:00], sat-sun: 06:00-02:00}",
        f"{QUEUES}:8:3",
        "on Saturday at 00:00",
    ),
    Fault(
        "IVR014",
        "ivr/hours.yaml",
        "open: {mon-fri: 09:00-18:00}",
        "open: {mon-fri: closed}",
        "ivr/hours.yaml:2:3",
        "never open",
    ),
    Fault(
        "IVR015",
        FLOW,
        "    queue: crisis\n    next: gracias",
        "    queue: crisis\n    next: gracias\n    on_nobody_staffed: buzon\n" + RECORDER,
        f"{FLOW}:18:5",
        "whom nobody in the queue of crisis has answered",
    ),
    Fault(
        "IVR015",
        FLOW,
        "    queue: crisis\n    next: gracias",
        "    queue: crisis\n    next: gracias\n    keys: {5: espera}\n  espera:\n"
        "    queue: juridico\n    next: gracias\n    on_nobody_staffed: buzon\n" + RECORDER,
        f"{FLOW}:22:5",
        "whom nobody in the queue of crisis has answered",
    ),
    Fault(
        "IVR015",
        FLOW,
        "      4: juridico\n",
        "      4: juridico\n      5: buzon\n",
        f"{FLOW}:15:5",
        "has first to go through",
    ),
    Fault("IVR015", FLOW, "next: menu\n", "next: buzon\n" + RECORDER, f"{FLOW}:7:5",
          "who presses nothing comes, before crisis, to"),
    Fault(
        "IVR016",
        FLOW,
        "  saludo:\n    play: saludo\n    next: menu",
        "  saludo:\n    http: https://example.org/folio\n"
        "    schema: {type: object, properties: {vigente: {type: boolean}}}\n    next: menu",
        f"{FLOW}:3:3",
        "without an answer",
    ),
    Fault("IVR017", FLOW, "queue: juridico", "queue: crisis", f"{QUEUES}:8:3", "no flow asks"),
    Fault(
        "IVR018", ROSTER, "juridico: 3", "juridico: 3, juridica: 2", "roster.yaml:6:27", "juridica"
    ),
    Fault(
        "IVR019", "ivr/accepted.yaml", "",
        "accepted:\n  - {code: IVR007, of: step linea.menu, reason: it was so once}\n",
        "ivr/accepted.yaml:2:5", "where it is not found",
    ),
    Fault(
        "IVR021",
        QUEUES,
        "skills: psicologia, target",
        "skills: psicologia, widen: [{after: 9s, also: juridico}, {after: 20s, also: "
        "psicologia and juridico}], target",
        f"{QUEUES}:7:100",
        "as psicologia: the step adds nobody",
    ),
    Fault("IVR022", QUEUES, "queues:\n", "reserves: [{keep: 2, skills: psicologia, for: crisis}]\n"
          "queues:\n", f"{QUEUES}:6:19", "2 people who have psicologia, and roster.yaml has 1"),
    Fault(
        "IVR022",
        ROSTER,
        "psicologia: 4}",
        "psicologia: 4}\n    works: {mon-fri: 00:00-24:00}",
        f"{QUEUES}:6:19",
        "fewer work on Saturday at 00:00",
    ),
    Fault(
        "IVR023",
        QUEUES,
        "class: 50, skills: juridico",
        "class: 100, skills: juridico and psicologia",
        f"{QUEUES}:8:21",
        "juridico and psicologia may answer both",
    ),
    Fault("IVR024", ROSTER, "juridico: 3", "juridico: 3, psicologia: 3", f"{QUEUES}:8:3",
          "asked for first by crisis"),
    Fault("IVR025", ROSTER, "juridico: 3", "juridico: {level: 3, until: 2026-12-20}",
          "roster.yaml:6:42", "ends in 26 days: from then on ben is not rung"),
    Fault("IVR025", ROSTER, "juridico: 3", "psicologia: {level: 3, until: 2026-11-20}, juridico: 2",
          "roster.yaml:6:44", "has ended already"),
    Fault("IVR026", QUEUES, "lost: gracias", "lost: gracias\nheavy: {max_in_a_row: 3}",
          f"{QUEUES}:3:1", "no queue is `heavy: true`"),
    Fault("IVR026", QUEUES, "class: 100,", "class: 100, heavy: true,", f"{QUEUES}:7:31",
          "nothing limits it"),
)  # fmt: skip


@pytest.fixture
def hotline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader stands; `ivr` and `roster.yaml` lie in it."""
    monkeypatch.chdir(tmp_path)
    build(tmp_path)
    return tmp_path


def spoil(hotline: Path, fault: Fault) -> None:
    file = hotline / fault.file
    if fault.code in ("IVR003", "IVR010", "IVR007", "IVR015", "IVR022"):
        _beside(hotline, fault)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    assert not fault.old or text.count(fault.old) >= 1
    file.write_text(text.replace(fault.old, fault.new, 1) if fault.old else text + fault.new)


def _beside(hotline: Path, fault: Fault) -> None:
    """What the fault needs besides."""
    prompts = hotline / "ivr/prompts"
    match fault.code:
        case "IVR022" if fault.file == ROSTER:
            queues = hotline / QUEUES
            kept = "reserves: [{keep: 1, skills: psicologia, for: crisis}]\nqueues:\n"
            queues.write_text(queues.read_text().replace("queues:\n", kept, 1))
        case "IVR003":
            english = (prompts / "es.yaml").read_text().replace("saludo: Le", "salutation: Le")
            (prompts / "en.yaml").write_text(english)
        case "IVR010":
            text = (prompts / "es.yaml").read_text()
            longer = "jurídica, dos, tres, 4, cinco, seis, siete."
            (prompts / "es.yaml").write_text(text.replace("jurídica, cuatro.", longer))
        case "IVR015" if "5: buzon" in fault.new:
            flow = hotline / fault.file
            recorder = RECORDER.replace("next: gracias", "next: crisis")
            flow.write_text(flow.read_text().replace("  crisis:\n", f"{recorder}  crisis:\n"))
        case "IVR007" if "otra" in fault.file:
            (hotline / fault.file).write_text((hotline / FLOW).read_text())


def looked(folder: Path = Path("ivr")) -> Checked:
    return check(folder, Path("roster.yaml"), now=NOW)


def test_the_check_finds_nothing_in_a_small_hotline(hotline: Path) -> None:
    assert looked() == Checked(findings=())


def test_the_skill_of_test_agents_is_asked_for_by_test_calls(hotline: Path) -> None:
    spoil(hotline, Fault("", ROSTER, "juridico: 3", "juridico: 3, synthetic: 1", "", ""))
    assert "IVR018" not in {each.code for each in looked().findings}


def test_the_shipped_hotline_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    checked = check(Path("ivr"))
    assert not checked.findings
    assert all(accepted.reason for accepted in checked.accepted)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_found_where_it_is(fault: Fault, hotline: Path) -> None:
    spoil(hotline, fault)
    (found,) = [each for each in looked().findings if each.code == fault.code]
    assert fault.says in found.wrong
    assert str(found.place) == fault.at
    assert found.remedy


def test_every_code_is_seen_firing_and_has_a_page() -> None:
    assert {fault.code for fault in FAULTS} == set(CODES)
    for name, code in CODES.items():
        assert (DOCS / f"{name}.md").read_text().startswith(f"# {name}: {code.title[0].upper()}")
    assert {page.stem for page in DOCS.glob("IVR*.md")} == set(CODES)


def test_a_finding_is_accepted_with_a_reason(hotline: Path) -> None:
    spoil(hotline, next(fault for fault in FAULTS if fault.code == "IVR008"))
    accepted = "accepted:\n  - {code: IVR008, of: line 5511112222, reason: lawyers only}\n"
    Path("ivr/accepted.yaml").write_text(accepted)
    checked = looked()
    assert not checked.findings
    assert [each.reason for each in checked.accepted] == ["lawyers only"]


def test_a_recorder_after_office_hours_is_no_voicemail_on_crisis(hotline: Path) -> None:
    flow = hotline / FLOW
    recorder = "  juridico:\n    queue: juridico\n    on_nobody_staffed: buzon\n    next: gracias\n"
    text = flow.read_text().replace(
        "  juridico:\n    queue: juridico\n    next: gracias\n", recorder
    )
    flow.write_text(text + RECORDER)
    assert looked() == Checked(findings=())


def test_after_a_conversation_in_crisis_a_message_may_be_left(hotline: Path) -> None:
    flow = hotline / FLOW
    text = flow.read_text().replace(
        "queue: crisis\n    next: gracias", "queue: crisis\n    next: buzon"
    )
    flow.write_text(text + RECORDER.replace("on_timeout: crisis", "on_timeout: gracias"))
    assert looked() == Checked(findings=())


@pytest.mark.parametrize(
    ("fault", "limits", "found"),
    [
        ("waits 72 s", "{keys: 2, time: 80s}", []),
        ("waits 72 s", "{time: 71s}", ["IVR009"]),
        ("presses 3 keys", "{keys: 3}", []),
        ("presses 3 keys", "{time: 5min}", ["IVR009"]),
        ("presses 3 keys", "{keys: 0}", ["IVR001"]),
    ],
)
def test_how_far_crisis_may_be_is_for_the_hotline_to_say(
    fault: str, limits: str, found: list[str], hotline: Path
) -> None:
    spoil(hotline, next(f for f in FAULTS if f.code == "IVR009" and fault in f.says))
    lines = hotline / "ivr/lines.yaml"
    lines.write_text(lines.read_text() + f"crisis_within: {limits}\n")
    assert [each.code for each in looked().findings if each.code in ("IVR001", "IVR009")] == found


@pytest.mark.parametrize(
    "entry", ["{code: IVR001, of: x, reason: y}", "{code: IVR008, of: x}", "{code: XYZ}"]
)
def test_an_acceptance_needs_a_code_that_can_be_accepted_and_a_reason(
    entry: str, hotline: Path
) -> None:
    Path("ivr/accepted.yaml").write_text(f"accepted:\n  - {entry}\n")
    checked = looked()
    assert not checked.loads
    assert {each.place.file for each in checked.findings} == {"ivr/accepted.yaml"}


def test_acceptances_about_people_are_not_missed_without_a_roster(hotline: Path) -> None:
    accepted = "accepted:\n  - {code: IVR013, of: queue juridico, reason: closed at night}\n"
    Path("ivr/accepted.yaml").write_text(accepted)
    assert not check(Path("ivr")).findings
    assert [each.code for each in looked().findings] == ["IVR019"]


def test_a_recording_is_measured(hotline: Path) -> None:
    Path("ivr/prompts/es").mkdir()
    with wave.open("ivr/prompts/es/menu.wav", "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        sound.writeframes(bytes(2 * 8000 * 25))
    (found,) = looked().findings
    assert found.code == "IVR011"
    assert "25 s" in found.wrong


def test_working_hours_that_cannot_be_read_are_told(hotline: Path) -> None:
    roster = Path("roster.yaml").read_text().replace("4}", "4}\n    works: {monday: 08:00-16:00}")
    Path("roster.yaml").write_text(roster)
    with pytest.raises(RosterInvalid, match=r"roster\.yaml:4:13: 'monday' is no day"):
        looked()


def test_the_exit_code_says_whether_something_is_found(
    hotline: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "ivr"]) == Exit.DONE
    assert "0 findings" in capfd.readouterr().out
    spoil(hotline, next(fault for fault in FAULTS if fault.code == "IVR017"))
    assert run(["check", "ivr"]) == Exit.NOT_SO
    told = capfd.readouterr().out
    assert "ivr/queues.yaml:8:3: warning IVR017" in told
    assert "docs/checks/IVR017.md" in told
    assert run(["check", "nowhere"]) == Exit.WRONG_USE


def test_programs_and_pull_requests_are_told_as_they_read(
    hotline: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil(hotline, next(fault for fault in FAULTS if fault.code == "IVR017"))
    run(["check", "ivr", "--format", "json"])
    told = json.loads(capfd.readouterr().out)
    assert told["findings"][0]["code"] == "IVR017"
    assert told["findings"][0]["line"] == 8
    run(["check", "ivr", "--format", "github"])
    told = capfd.readouterr().out
    assert told.startswith("::warning file=ivr/queues.yaml,line=8,col=3,title=IVR017::no flow")
