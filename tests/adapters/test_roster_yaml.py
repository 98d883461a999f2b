"""The roster in YAML: what an admin may write, and what they are told when it is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from router.adapters.roster_yaml import read_roster, read_with_demand
from router.core.routing.agent import AgentProfile, Validity
from router.core.vocabulary import AgentId, Device, DeviceKind, SkillName
from router.desk_passwords import with_passwords
from router.errors import RosterInvalid

ROSTER = """\
agents:
  - id: ana
    name: Ana
    skills: {psicologia: 4, crisis: 3}
    devices:
      - {kind: desk, address: "sip:ana@127.0.0.1:6001"}
      - {kind: phone, number: "+525512345678"}
  - id: beto.2
    name: Beto Ñáñez
    devices: [{kind: desk, password: correct-horse}]
    wrap_up: 30
"""


def told(text: str) -> list[str]:
    with pytest.raises(RosterInvalid) as refused:
        read_roster(text, "agents.yaml")
    return str(refused.value.facts["problems"]).splitlines()


def agent(line: str) -> str:
    return f"agents:\n- {{id: ana, devices: [{{kind: desk}}], {line}}}"


def device(line: str) -> str:
    return f"agents:\n- id: ana\n  devices:\n  - {{{line}}}"


def test_a_roster_is_read_as_it_is_written() -> None:
    assert read_roster(ROSTER, "agents.yaml") == [
        AgentProfile(
            id=AgentId("ana"),
            name="Ana",
            skills={SkillName("psicologia"): 4, SkillName("crisis"): 3},
            devices=(
                Device(kind=DeviceKind.DESK, address="sip:ana@127.0.0.1:6001"),
                Device(kind=DeviceKind.PHONE, number="+525512345678"),
            ),
        ),
        AgentProfile(
            id=AgentId("beto.2"),
            name="Beto Ñáñez",
            skills={},
            devices=(Device(kind=DeviceKind.DESK, password="correct-horse"),),
            wrap_up=timedelta(seconds=30),
        ),
    ]


def test_s1_a_skill_counts_from_a_day_to_the_end_of_another() -> None:
    line = "skills: {crisis: {level: 3, from: 2026-12-01, until: 2026-12-31}, juridico: 4}"
    (ana,) = read_roster(agent(line), "agents.yaml")
    crisis, juridico = SkillName("crisis"), SkillName("juridico")
    assert ana.skills == {crisis: 3, juridico: 4}
    begins = datetime(2026, 12, 1, 6, tzinfo=UTC)
    ends = datetime(2027, 1, 1, 6, tzinfo=UTC)
    assert ana.validity == {crisis: Validity(begins=begins, ends=ends)}
    assert ana.skills_at(begins) == {crisis: 3, juridico: 4}
    assert ana.skills_at(ends) == {juridico: 4}
    assert (ana.next_change(begins), ana.next_change(ends)) == (ends, None)


def test_an_empty_roster_is_one() -> None:
    assert read_roster("agents: []", "agents.yaml") == []


def test_every_problem_is_told_at_once_with_its_place() -> None:
    lines = told(
        """\
agents:
  - id: ana
    skills: {crisis: 6}
    devices: [{kind: desk, address: "ana@office"}]
  - id: Ana
    skils: {}
    devices: []
  - id: trunk
    devices:
      - kind: phone
        number: 12
"""
    )
    assert [line.split(" ")[0] for line in lines] == [
        "agents.yaml:3:22:",
        "agents.yaml:4:37:",
        "agents.yaml:5:9:",
        "agents.yaml:6:5:",
        "agents.yaml:7:14:",
        "agents.yaml:8:9:",
        "agents.yaml:11:17:",
    ]
    assert "did you mean skills?" in lines[3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("agents: 5", "no list of agents"),
        ("people: []", "'people' is not known here"),
        ("agents: [ana]", "'ana' is no agent"),
        ("agents: [{name: Ana, devices: [{kind: desk}]}]", "there is no `id`"),
        ("agents: [{id: ana, id: ana, devices: [{kind: desk}]}]", "written twice"),
        ("agents: [{id: 'ana lopez', devices: [{kind: desk}]}]", "letters without accents"),
        ("agents: [{id: aña, devices: [{kind: desk}]}]", "letters without accents"),
        ("agents: [{id: ../etc, devices: [{kind: desk}]}]", "letters without accents"),
        ("agents: [{id: Trunk, devices: [{kind: desk}]}]", "another id"),
        ("agents: [{id: ana}]", "the agent has no devices"),
        ("agents: [{id: [ana], devices: [{kind: desk}]}]", "one value for `id`"),
        ("agents: &a [*a]", "marks a part for repeating"),
        ("agents: [{id: !!python/object:os.system x}]", "the tag"),
        (agent("skills: {crisis: 0}"), "a level from 1 to 5"),
        (agent("skills: {crisis: 2.5}"), "a level from 1 to 5"),
        (agent("skills: {crisis: on}"), "a level from 1 to 5"),
        (agent("skills: {crisis: {until: 2026-12-31}}"), "has no level"),
        (agent("skills: {crisis: {level: 9, until: 2026-12-31}}"), "a level from 1 to 5"),
        (agent("skills: {crisis: {level: 3, til: 2026-12-31}}"), "not known of a skill"),
        (agent("skills: {crisis: {level: 3, until: 31/12/26}}"), "a day such as 2026-12-31"),
        (agent("skills: {a: {level: 3, from: 2027-01-02, until: 2027-01-01}}"), "never counts"),
        (agent("skills: {Crisis!: 3}"), "is no skill"),
        (agent("skills: [crisis]"), "are no skills"),
        (agent("wrap_up: soon"), "seconds, from 0 to 3600"),
        (agent("wrap_up: 86400"), "seconds, from 0 to 3600"),
        (agent("name: ''"), "a name of 1 to 80 letters"),
        (device("kind: fax"), "desk or phone"),
        (device("address: 'sip:a@b'"), "there is no `kind`"),
        (device("kind: phone"), "there is no `number`"),
        (device("kind: phone, number: 911"), "a telephone number with its country"),
        (device("kind: phone, number: 12125"), "a telephone number with its country"),
        (device("kind: phone, number: '5512345678', password: secret"), "not known here"),
        (device("kind: desk, address: 'ana'"), "a SIP address"),
        (device("kind: desk, address: 'sip:ana@host:70000'"), "a SIP address"),
        (device("kind: desk, address: 'sip:ana@host;x=1'"), "a SIP address"),
        (device('kind: desk, address: "sip:ana@host\\r\\nX: y"'), "a SIP address"),
        (device("kind: desk, address: 'sip:a@b', password: secret"), "an address and a password"),
        (device("kind: desk, password: abc"), "6 to 64 letters"),
        ("agents:\n- id: a\n  devices: [{kind: desk}, {kind: desk}]", "a second desk phone"),
        (
            "agents:\n- {id: a, devices: [{kind: desk, address: 'sip:a@h'}]}\n"
            "- {id: b, devices: [{kind: desk, address: 'sip:a@h'}]}",
            "taken already, in line 2",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, words: str) -> None:
    lines = told(text)
    assert any(words in line for line in lines), lines


def test_a_wrong_password_is_not_shown() -> None:
    assert "abc" not in "\n".join(told(device("kind: desk, password: abc")))


def test_a_roster_of_nothing_but_faults_does_not_fill_the_screen() -> None:
    lines = told("agents:\n" + "- {}\n" * 500)
    assert len(lines) == 101
    assert lines[-1] == "... and 900 more"


def test_numbers_are_kept_in_one_spelling() -> None:
    (ana,) = read_roster(device("kind: phone, number: '55 1234-5678'"), "agents.yaml")
    assert ana.devices[0].number == "+525512345678"


def test_a_desk_phone_that_registers_is_given_a_password_and_keeps_it() -> None:
    written = read_roster(agent("name: Ana"), "agents.yaml")
    first = with_passwords(written, known=[])
    password = first[0].devices[0].password
    assert password is not None
    assert len(password) >= 16
    assert with_passwords(written, known=first) == first
    assert with_passwords(written, known=[])[0].devices[0].password != password


def test_a_password_in_the_roster_wins() -> None:
    known = with_passwords(read_roster(agent("name: Ana"), "agents.yaml"), known=[])
    written = read_roster(device("kind: desk, password: my-own-one"), "agents.yaml")
    assert with_passwords(written, known)[0].devices[0].password == "my-own-one"


def test_v1_who_is_on_call_needs_a_number() -> None:
    desk = "agents: [{id: ana, on_call: true, devices: [{kind: desk}]}]"
    with pytest.raises(RosterInvalid, match="on call without a telephone number"):
        read_roster(desk, "r.yaml")
    phone = desk.replace("{kind: desk}", '{kind: phone, number: "+525512345678"}')
    (ana,) = read_roster(phone, "r.yaml")
    assert ana.on_call
    assert not read_roster(phone.replace("on_call: true", "on_call: false"), "r.yaml")[0].on_call


def test_a_skill_that_nobody_asks_for_is_told_with_its_place_and_the_agent_is_taken() -> None:
    text = agent("name: Ana, skills: {psicologa: 4, juridico: 2}")
    asked = {SkillName("psicologia"), SkillName("juridico")}
    (ana,), odd = read_with_demand(text, "agents.yaml", asked)
    assert ana.skills == {"psicologa": 4, "juridico": 2}
    line = text.splitlines().index(next(each for each in text.splitlines() if "psicologa" in each))
    column = text.splitlines()[line].index("psicologa") + 1
    assert odd == [
        f"agents.yaml:{line + 1}:{column}: no queue asks for 'psicologa': it brings Ana no call;"
        " expected juridico or psicologia; did you mean psicologia?"
    ]
