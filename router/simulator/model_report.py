"""A model run to its figures: replications, means and 99.9 % intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.simulator.intervals import Estimate, estimate
from router.simulator.model import Model
from router.simulator.model_run import ModelRun
from router.simulator.replications import Progress, replicate
from router.simulator.tally import CallTally

LEVEL = 0.999

Values = Mapping[str, float | None]
Estimates = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of one replication."""

    calls: Mapping[str, Values]
    overall: Values
    groups: Mapping[str, Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """Each figure over all replications."""

    calls: Mapping[str, Estimates]
    overall: Estimates
    groups: Mapping[str, Estimates]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One replication, by its number."""

    model: Model
    seed: int
    calls: int
    warmup: int
    threshold: float

    def __call__(self, number: int) -> Measured:
        run = ModelRun(
            self.model,
            seed=self.seed,
            number=number,
            calls=self.calls,
            warmup=self.warmup,
            threshold=self.threshold,
        )
        run.run()
        lasted = run.lasted
        names = [kind.name for kind in self.model.calls]
        tallies = [source.tally for source in run.sources]
        return Measured(
            calls={n: t.figures(lasted) for n, t in zip(names, tallies, strict=True)},
            overall=CallTally.of_all(tallies).figures(lasted),
            groups={squad.group.name: squad.tally.figures() for squad in run.crew.squads},
        )


def simulate_model(
    trial: Trial, replications: int, *, workers: int | None = None, progress: Progress
) -> ModelReport:
    """Bit-identical for a seed, whatever the number of workers."""
    measured = replicate(trial, replications, workers=workers, progress=progress)
    first = measured[0]
    return ModelReport(
        calls={name: _over([each.calls[name] for each in measured]) for name in first.calls},
        overall=_over([each.overall for each in measured]),
        groups={name: _over([each.groups[name] for each in measured]) for name in first.groups},
    )


def _over(values: list[Values]) -> Estimates:
    return {key: estimate([each[key] for each in values], LEVEL) for key in values[0]}
