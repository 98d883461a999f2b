"""Plots of a simulated hotline, by hour of the day, as SVG and as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from router.core.policy import Policy
from router.simulator.hotline_report import Estimates, HotlineReport

HOURS = range(24)
COLOURS = ("#0b5394", "#cc4125", "#38761d", "#b45f06", "#674ea7", "#45818e")
FORMATS = ("svg", "png")
PANELS = 3
BAND = "shaded: the 95 % interval"


def draw(report: HotlineReport, policy: Policy, folder: Path) -> list[Path]:
    """Service level, time to a human voice, occupancy; the files that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    with rc_context({"svg.hashsalt": "hotline", "font.size": 10, "axes.spines.top": False}):
        return [
            *_service_level(report, policy, folder / "service_level"),
            *_waits(report, folder / "waits"),
            *_occupancy(report, folder / "occupancy"),
        ]


def _service_level(report: HotlineReport, policy: Policy, file: Path) -> list[Path]:
    """A panel for each queue, the highest class first; the dashed line is its target."""
    order = sorted(report.hours, key=lambda name: (-policy.queues[name].order_class, name))
    rows = max(1, -(-len(order) // PANELS))
    figure = Figure(figsize=(9, 2.3 * rows + 0.4), layout="constrained")
    figure.suptitle(
        "Answered within the target, by the hour in which the call was queued\n"
        f"(dashed: the target; {BAND})"
    )
    panels = figure.subplots(rows, PANELS, sharex=True, sharey=True, squeeze=False)
    for place, axes in enumerate(panels.flat):
        if place >= len(order):
            axes.set_visible(False)
            continue
        queue = policy.queues[order[place]]
        _line(axes, report.hours[queue.name], "service_level", queue.name, COLOURS[0])
        axes.axhline(queue.target.share, color=COLOURS[1], linewidth=1, linestyle="--")
        within = queue.target.within.total_seconds()
        axes.set_title(f"{queue.name}: {queue.target.share:.0%} in {within:g} s", loc="left")
        axes.set_xticks(range(0, 24, 6))
        # Below some panels there is none, and the hours would stand nowhere.
        axes.tick_params(labelbottom=place + PANELS >= len(order))
        axes.grid(axis="y", color="#e6e6e6")
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    return _save(figure, file)


def _waits(report: HotlineReport, file: Path) -> list[Path]:
    figure, axes = _axes(f"Time to a human voice, from the arrival at the PBX (s; {BAND})")
    heads = {"voice_mean": "mean", "voice_p90": "P90", "voice_p99": "P99"}
    for colour, (key, name) in zip(COLOURS, heads.items(), strict=False):
        _line(axes, report.by_hour, key, name, colour)
    # A few replications have wide bands: what is known should not shrink beside them.
    highest = max((_mean(each, "voice_p99") for each in report.by_hour), default=0.0)
    axes.set_ylim(0, 1.4 * highest or 1.0)
    axes.legend(frameon=False, ncol=3, loc="lower center", bbox_to_anchor=(0.5, -0.28))
    return _save(figure, file)


def _occupancy(report: HotlineReport, file: Path) -> list[Path]:
    figure, axes = _axes(f"Occupancy (line; {BAND}) and agents at work (bars)")
    _line(axes, report.by_hour, "occupancy", "occupancy", COLOURS[0])
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    beside = axes.twinx()
    staffed = [_mean(each, "staffed") for each in report.by_hour]
    beside.bar(HOURS, staffed, color="#d9d9d9", width=0.8, label="agents", zorder=0)
    beside.set_ylabel("agents at work")
    beside.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_zorder(beside.get_zorder() + 1)
    axes.patch.set_visible(False)
    return _save(figure, file)


def _axes(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left")
    axes.set_xlabel("hour of the day")
    axes.set_xticks(list(HOURS))
    axes.grid(axis="y", color="#e6e6e6")
    return figure, axes


def _line(axes: Axes, hours: Sequence[Estimates], key: str, name: str, colour: str) -> None:
    """The mean, and the 95 % interval as a band."""
    known = [hour for hour in HOURS if hours[hour].get(key) and hours[hour][key].mean is not None]
    if not known:
        return
    axes.plot(known, [_mean(hours[h], key) for h in known], color=colour, label=name, marker=".")
    banded = [hour for hour in known if hours[hour][key].high is not None]
    if banded:
        low = [_bound(hours[hour], key, low=True) for hour in banded]
        high = [_bound(hours[hour], key, low=False) for hour in banded]
        axes.fill_between(banded, low, high, color=colour, alpha=0.15, linewidth=0)


def _mean(figures: Estimates, key: str) -> float:
    return figures[key].mean or 0.0


def _bound(figures: Estimates, key: str, *, low: bool) -> float:
    found = figures[key]
    return max((found.low if low else found.high) or 0.0, 0.0)


def _save(figure: Figure, file: Path) -> list[Path]:
    """A picture that grows without blurring, and one that every report takes."""
    drawn = [file.with_suffix(f".{form}") for form in FORMATS]
    for each in drawn:
        dated = {"Date": None} if each.suffix == ".svg" else {}
        figure.savefig(each, metadata=dated, dpi=160)
    return drawn
