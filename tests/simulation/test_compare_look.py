"""What another policy would change is told to a supervisor in Spanish first, by class."""

from __future__ import annotations

from router.cli.compare_look import comparison_view, spanish_sentence
from router.core.vocabulary import QueueName
from router.simulator.comparison import COMPARED, ClassChange, Comparison, Difference
from router.simulator.intervals import Estimate
from tests.test_spanish_why import shown

CRISIS = QueueName("crisis")


def about(mean: float | None, half: float = 0.001) -> Estimate:
    if mean is None:
        return Estimate(mean=None, low=None, high=None)
    return Estimate(mean=mean, low=mean - half, high=mean + half)


def differs(before: float | None, after: float | None, half: float = 0.001) -> Difference:
    change = after - before if before is not None and after is not None else None
    return Difference(before=about(before), after=about(after), change=about(change, half))


def figures(**known: Difference) -> dict[str, Difference]:
    return {key: known.get(key, differs(0.5, 0.5)) for key in COMPARED}


def test_what_is_sure_is_told_in_one_spanish_sentence() -> None:
    better = figures(
        service_level=differs(0.8, 0.905),
        voice_mean=differs(42.0, 30.0),
        abandonment=differs(0.05, 0.038),
    )
    assert spanish_sentence(CRISIS, better) == (
        "crisis: quien llama oye a una persona 12 s antes, se atiende a tiempo el 90.5 % en vez"
        " del 80.0 %, desisten 12 menos de cada 1,000."
    )
    worse = figures(voice_mean=differs(30.0, 42.0), abandonment=differs(0.05, 0.051, half=0.0005))
    assert spanish_sentence(CRISIS, worse) == (
        "crisis: quien llama oye a una persona 12 s más tarde, desiste 1 más de cada 1,000."
    )


def test_what_may_be_chance_is_said_to_be() -> None:
    assert spanish_sentence(CRISIS, figures()) == (
        "crisis: ninguna diferencia que estas réplicas distingan del azar."
    )


def test_a_queue_that_one_policy_does_not_have_is_said_so() -> None:
    alone = figures(service_level=differs(None, 0.9), voice_mean=differs(None, 9.0))
    assert spanish_sentence(CRISIS, alone) == (
        "crisis: con una de las políticas nadie llega a esta cola."
    )


def test_the_comparison_has_the_english_of_the_json_beside_and_fits_80_columns() -> None:
    change = ClassChange(order_class=100, differences=figures(), sentence="crisis: no difference.")
    found = Comparison(before="a", after="b", queues={CRISIS: change}, overall=figures())
    told = [row for part in comparison_view(found) for row in shown(part, 80)]
    assert told[:2] == [
        "crisis: ninguna diferencia que estas réplicas distingan del azar.",
        "/ crisis: no difference.",
    ]
    assert any(row.startswith("todas / all") for row in told)
    assert all(len(row) <= 80 for row in told)
