"""The engine dies while callers are in flows that remember: nothing is lost but what they typed."""

from __future__ import annotations

import json

import pytest

from router.core.commands import LookUp
from router.core.events import LookupEnded
from router.core.policy import Policy
from router.core.records import CallFinished, StepEntered
from router.rehearsal.switchboard import MUSIC
from tests.core.books import books_close
from tests.core.driver import Caller, Driver
from tests.core.house import LINE, agent
from tests.core.written_flows import written

LEO = agent("leo", juridico=2)


def in_next_life(hotline: Driver, caller: Caller) -> tuple[Driver, Caller]:
    now = hotline.dies_and_comes_back(LEO)
    assert now.engine.floor.calls, "the caller was not taken over"
    return now, Caller(now, caller.leg)


def arrives(rules: Policy) -> tuple[Driver, Caller]:
    hotline = Driver(rules)
    return hotline, hotline.caller_arrives()


def answers(hotline: Driver, name: str) -> None:
    lookup = hotline.ordered(LookUp)[-1].lookup
    hotline.happens(LookupEnded(at=hotline.at, lookup=lookup, values={"nombre": name}))


REMEMBERS = written(
    """
    start: apunta
    steps:
      apunta: {set: {tema: vivienda, vueltas: =1 + 1, urgente: true, parte: =1.0 / 4.0}, next: menu}
      menu: {menu: menu, keys: {1: decide}, on_timeout: gracias, on_wrong: gracias}
      decide:
        branch: [{if: tema == 'vivienda' && vueltas == 2 && urgente && parte < 0.5, to: juridico}]
        otherwise: crisis
    """
)


def test_what_a_flow_remembers_is_known_in_the_next_life() -> None:
    hotline, caller = arrives(REMEMBERS)
    before = caller.call.run.variables
    _, caller = in_next_life(hotline, caller)
    assert caller.hears == "menu"
    assert caller.call.run.variables == before
    assert caller.presses("1").call.run.step == "juridico"


WITHIN = written(
    """
    start: antes
    steps:
      antes: {set: {mio: 7}, next: pregunta}
      pregunta: {flow: otro, with: {veces: =mio + 1}, result: {doble: doble}, next: decide,
                 on_failure: crisis}
      decide: {branch: [{if: doble == 16 && mio == 7, to: juridico}], otherwise: crisis}
    """,
    otro="""
    parameters: {veces: number}
    results: {doble: number}
    start: menu
    steps:
      menu: {menu: menu, keys: {1: dobla}, on_timeout: dobla, on_wrong: dobla}
      dobla: {return: {doble: =veces * 2}}
    """,
)


def test_a_flow_within_a_flow_goes_on_and_comes_back() -> None:
    hotline, caller = arrives(WITHIN)
    _, caller = in_next_life(hotline, caller)
    assert (caller.call.run.flow, caller.hears) == ("otro", "menu")
    assert caller.presses("1").call.run.step == "juridico"


ASKS = """
    start: pide
    steps:
      pide: {collect: pide, into: edad, min: 2, max: 2, next: calcula, on_timeout: crisis,
             on_wrong: crisis}
      calcula: {set: {menor: =int(edad) < 18, tema: vivienda}, next: menu, on_failure: crisis}
      menu: {menu: menu, keys: {1: decide}, on_timeout: crisis, on_wrong: crisis}
"""
BY_AGE = written(
    ASKS
    + """
      decide: {branch: [{if: menor, to: juridico}], otherwise: crisis}
"""
)


def test_what_was_typed_is_asked_again_where_it_is_needed() -> None:
    hotline, caller = arrives(BY_AGE)
    caller.presses("17")
    assert caller.hears == "menu"
    _, caller = in_next_life(hotline, caller)
    assert caller.hears == "pide"
    assert caller.presses("171").call.run.step == "juridico"


def test_what_was_typed_is_asked_again_in_the_life_after_the_next() -> None:
    hotline, caller = arrives(BY_AGE)
    caller.presses("17")
    second, caller = in_next_life(hotline, caller)
    _, caller = in_next_life(second, caller.presses("17"))
    assert caller.hears == "pide"


def test_digits_that_nothing_reads_any_more_are_not_asked_again() -> None:
    hotline, caller = arrives(
        written(
            ASKS
            + """
      decide: {branch: [{if: tema == 'vivienda', to: juridico}], otherwise: crisis}
"""
        )
    )
    caller.presses("17")
    _, caller = in_next_life(hotline, caller)
    assert caller.hears == "menu"
    assert caller.presses("1").call.run.step == "juridico"


@pytest.mark.parametrize("typed", ["41", "4107", "910"])
def test_neither_digits_nor_what_came_of_them_ride_on_the_channel(typed: str) -> None:
    _, caller = arrives(
        written(
            f"""
    start: pide
    steps:
      pide: {{collect: pide, into: folio, min: {len(typed)}, max: {len(typed)}, next: calcula,
              on_timeout: crisis, on_wrong: crisis}}
      calcula: {{set: {{otro: ="x" + folio, cifra: =int(folio) + 1, fijo: setenta}},
                 next: por_otro}}
      por_otro: {{flow: otro, with: {{dado: =otro}}, result: {{vuelto: vuelto}}, next: menu,
                  on_failure: crisis}}
      menu: {{menu: menu, keys: {{1: crisis}}, on_timeout: crisis, on_wrong: crisis}}
    """,
            otro="""
    parameters: {dado: text}
    results: {vuelto: text}
    start: menu
    steps:
      menu: {menu: dentro, keys: {1: vuelve}, on_timeout: vuelve, on_wrong: vuelve}
      vuelve: {return: {vuelto: =dado}}
    """,
        )
    )
    caller.presses(typed)
    assert caller.hears == "dentro"
    within = caller.call.carried
    caller.presses("1")
    assert caller.hears == "menu"
    assert set(caller.call.run.variables) == {"folio", "otro", "cifra", "fijo", "vuelto"}
    for text in (within, caller.call.carried):
        run = json.loads(text[1:])["run"]
        known = [level.get("variables", {}) for level in (run, *run.get("stack", []))]
        assert {**known[0], **known[-1]} == {"fijo": "setenta"}
        assert all("x" + typed not in text and str(int(typed) + 1) not in str(k) for k in known)


def test_a_parameter_that_was_typed_is_asked_again_by_the_flow_that_asked() -> None:
    hotline, caller = arrives(
        written(
            """
    start: pide
    steps:
      pide: {collect: pide, into: edad, min: 2, max: 2, next: por_otro, on_timeout: crisis,
             on_wrong: crisis}
      por_otro: {flow: otro, with: {dada: =edad}, next: gracias, on_failure: crisis}
    """,
            otro="""
    parameters: {dada: text}
    start: menu
    steps:
      menu: {menu: menu, keys: {1: decide}, on_timeout: vuelve, on_wrong: vuelve}
      decide: {branch: [{if: dada == '17', to: dice}], otherwise: vuelve}
      dice: {say: =dada, as: digits, next: vuelve}
      vuelve: {return: {}}
    """,
        )
    )
    caller.presses("17")
    assert caller.hears == "menu"
    _, caller = in_next_life(hotline, caller)
    assert caller.hears == "pide"
    assert caller.call.run.stack == ()
    assert caller.presses("17").hears == "menu"


def test_a_result_that_was_typed_is_asked_again_by_the_flow_that_returned_it() -> None:
    hotline, caller = arrives(
        written(
            """
    start: por_otro
    steps:
      por_otro: {flow: otro, result: {edad: anos}, next: menu, on_failure: crisis}
      menu: {menu: menu, keys: {1: decide}, on_timeout: crisis, on_wrong: crisis}
      decide: {branch: [{if: edad == '17', to: juridico}], otherwise: crisis}
    """,
            otro="""
    results: {anos: text}
    start: pide
    steps:
      pide: {collect: pide, into: anos, min: 2, max: 2, next: vuelve, on_timeout: vuelve,
             on_wrong: vuelve}
      vuelve: {return: {anos: =anos}}
    """,
        )
    )
    caller.presses("17")
    assert caller.hears == "menu"
    _, caller = in_next_life(hotline, caller)
    assert (caller.hears, caller.call.run.flow) == ("pide", "otro")
    assert caller.presses("171").call.run.step == "juridico"


def test_a_flow_is_left_when_the_one_around_it_lacks_what_it_reads_later() -> None:
    hotline, caller = arrives(
        written(
            """
    start: pide
    steps:
      pide: {collect: pide, into: edad, min: 2, max: 2, next: por_otro, on_timeout: crisis,
             on_wrong: crisis}
      por_otro: {flow: otro, next: decide, on_failure: crisis}
      decide: {branch: [{if: edad == '17', to: juridico}], otherwise: crisis}
    """,
            otro="""
    start: menu
    steps:
      menu: {menu: menu, keys: {1: vuelve}, on_timeout: vuelve, on_wrong: vuelve}
      vuelve: {return: {}}
    """,
        )
    )
    caller.presses("17")
    assert caller.hears == "menu"
    _, caller = in_next_life(hotline, caller)
    assert caller.hears == "pide"


def test_what_another_system_said_of_digits_is_asked_again_with_them() -> None:
    hotline, caller = arrives(
        written(
            """
    start: pide
    steps:
      pide: {collect: pide, into: folio, min: 2, max: 2, next: padron, on_timeout: crisis,
             on_wrong: crisis}
      padron:
        http: https://padron.example/api
        send: {folio: =folio}
        schema: {type: object, properties: {nombre: {type: string}}}
        into: {nombre: nombre}
        next: menu
        on_failure: crisis
      menu: {menu: menu, keys: {1: decide}, on_timeout: crisis, on_wrong: crisis}
      decide: {branch: [{if: nombre == 'Ana', to: juridico}], otherwise: crisis}
    """
        )
    )
    caller.presses("17")
    answers(hotline, "Ana")
    assert caller.hears == "menu"
    assert "Ana" not in caller.call.carried
    _, caller = in_next_life(hotline, caller)
    assert caller.hears == "pide"


def test_what_another_system_said_is_asked_again_and_does_not_ride_on_the_channel() -> None:
    hotline, caller = arrives(
        written(
            """
    start: padron
    steps:
      padron:
        http: https://padron.example/api
        schema: {type: object, properties: {nombre: {type: string}}}
        into: {nombre: nombre}
        next: menu
        on_failure: crisis
      menu: {menu: menu, keys: {1: decide}, on_timeout: crisis, on_wrong: crisis}
      decide: {branch: [{if: nombre == 'Ana', to: juridico}], otherwise: crisis}
    """
        )
    )
    answers(hotline, "Ana")
    assert "Ana" not in caller.call.carried
    now, caller = in_next_life(hotline, caller)
    assert caller.hears == MUSIC
    answers(now, "Ana")
    assert caller.presses("1").call.run.step == "juridico"


def test_who_waits_keeps_their_place_and_what_they_typed_is_missing_afterwards() -> None:
    hotline, caller = arrives(
        written(
            """
    start: pide
    steps:
      pide: {collect: pide, into: edad, min: 2, max: 2, next: espera, on_timeout: crisis,
             on_wrong: crisis}
      espera: {queue: juridico, next: decide}
      decide: {branch: [{if: edad == '17', to: gracias}], otherwise: crisis}
    """
        )
    )
    caller.presses("17")
    place = caller.call.place
    assert place is not None
    now, caller = in_next_life(hotline, caller)
    assert caller.talks_to() is None
    assert caller.call.place is not None
    assert caller.call.place.since == place.since
    now.answers("leo")
    now.hangs_up("leo")
    assert caller.waits_in() == "crisis"
    books_close([*hotline.entries, *now.entries], now.engine.floor)


def test_a_flow_that_remembers_more_than_there_is_room_for_begins_again() -> None:
    texts = ", ".join(f"texto{n}: {'abcde' * 20}" for n in range(12))
    hotline, caller = arrives(
        written(
            f"""
    start: saludo
    steps:
      saludo: {{play: saludo, next: apunta}}
      apunta: {{set: {{{texts}, corto: si}}, next: menu}}
      menu: {{menu: menu, keys: {{1: decide, 2: otro}}, on_timeout: crisis, on_wrong: crisis}}
      decide: {{branch: [{{if: texto0 == 'x' || texto11 == 'y', to: gracias}}], otherwise: crisis}}
      otro: {{branch: [{{if: corto == 'si', to: juridico}}], otherwise: crisis}}
    """
        )
    )
    caller.presses("9").hears_out()
    assert caller.call.run.step == "menu"
    _, caller = in_next_life(hotline, caller)
    assert caller.hears == "saludo"
    assert caller.call.run.variables["corto"] == "si"


def test_a_flow_file_that_reads_something_new_sends_callers_to_where_it_is_set() -> None:
    hotline, caller = arrives(
        written(
            """
    start: menu
    steps:
      menu: {menu: menu, keys: {1: crisis}, on_timeout: crisis, on_wrong: crisis}
    """
        )
    )
    changed = written(
        """
    start: apunta
    steps:
      apunta: {set: {tema: vivienda}, next: saludo}
      saludo: {play: saludo, next: menu}
      menu: {menu: menu, keys: {1: decide}, on_timeout: crisis, on_wrong: crisis}
      decide: {branch: [{if: tema == 'vivienda', to: juridico}], otherwise: crisis}
    """
    )
    hotline.publishes(changed)
    assert caller.hears == "menu"
    _, caller = in_next_life(hotline, caller)
    assert caller.hears == "saludo"


def test_what_an_older_version_wrote_of_a_flow_is_read() -> None:
    hotline, caller = arrives(REMEMBERS)
    hotline.board.carried[caller.leg] = "?" + json.dumps(
        {
            "arrived_at": hotline.at.isoformat(),
            "caller": None,
            "place": None,
            "talk": None,
            "partner": None,
            "playback": None,
            "run": {
                "flow": "linea",
                "step": "menu",
                "language": "es",
                "line": LINE,
                "anonymous": True,
                "prefer": [["english", 1]],
                "require": [],
                "tags": ["estafa"],
            },
        }
    )
    now, caller = in_next_life(hotline, caller)
    run = caller.call.run
    assert (run.tags, run.prefer, run.anonymous) == (("estafa",), (("english", 1),), True)
    # It wrote no variables: they are set again.
    assert caller.hears == "menu"
    assert "apunta" in [each.step for each in now.records(StepEntered)]
    assert caller.presses("1").call.run.step == "juridico"


def test_the_caller_hangs_up_in_the_next_life_and_the_books_close() -> None:
    hotline, caller = arrives(WITHIN)
    now, caller = in_next_life(hotline, caller)
    caller.hangs_up()
    assert len(now.records(CallFinished)) == 1
    assert not now.engine.floor.calls
