"""The flows as a picture: every step and way is there, crisis is red, findings are marked."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from router.adapters.flow_files import read_files
from router.adapters.flow_picture import draw
from router.adapters.ivr.checks.sight import seen
from router.adapters.ivr.drawing.chart import charts
from router.adapters.ivr.drawing.figure import SCALE, section
from router.adapters.ivr.drawing.layout import Box, laid_out
from router.adapters.ivr.problems import Problems
from router.cli.exits import Exit
from router.cli.main import run
from router.errors import FlowFilesInvalid
from tests.adapters.ivr.small_hotline import build

ROOT = Path(__file__).parents[3]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def ivr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return build(tmp_path)


def words(picture: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_the_shipped_hotline_is_drawn_with_every_step_and_nothing_from_outside() -> None:
    picture = draw(ROOT / "ivr")
    titles = words(picture)
    for file in (ROOT / "ivr/flows").glob("*.yaml"):
        for step in yaml.safe_load(file.read_text())["steps"]:
            assert step in titles or step[:20] in " ".join(titles)
    assert "5555335533" in titles
    assert not re.findall(r"(?:href|src|url)[=(]\"?(?!#)[a-z]", picture)
    assert picture.count("http") == 1, "but for the name of the language"


def test_the_way_of_who_presses_nothing_is_red_to_crisis(ivr: Path) -> None:
    picture = draw(ivr)
    root = ElementTree.fromstring(picture)
    red = [p for p in root.iter(f"{SVG}path") if "crisis" in (p.get("class") or "").split()]
    assert len(red) == 3 + 1, "line, greeting and menu, and one in the legend"


@pytest.fixture
def nested(ivr: Path) -> Path:
    """The greeting and a key go through another flow, and that through a third."""
    flow = ivr / "flows/linea.yaml"
    through = "flow: {of}\n    next: {to}\n    on_failure: crisis\n"
    text = flow.read_text().replace("    next: menu\n", "    next: pide\n", 1)
    text = text.replace("4: juridico", "4: otra_vez")
    text += "  pide:\n    " + through.format(of="datos", to="menu")
    text += "  otra_vez:\n    " + through.format(of="datos", to="juridico")
    flow.write_text(text)
    (ivr / "flows/datos.yaml").write_text(
        "start: primero\nresults: {vale: truth}\nsteps:\n  primero:\n    "
        + through.format(of="voz", to="fin").replace("crisis", "fin")
        + "  fin:\n    return: {vale: true}\n"
    )
    (ivr / "flows/voz.yaml").write_text(
        "start: dice\nresults: {vale: truth}\nsteps:\n  dice:\n    play: hola\n    next: acaba\n"
        "  acaba:\n    return: {vale: true}\n"
    )
    return ivr


def test_a_flow_within_a_flow_is_drawn_in_the_step_that_goes_through_it_first(
    nested: Path,
) -> None:
    picture = draw(nested)
    told = words(picture)
    assert [each for each in told if each in ("linea", "datos", "voz")] == ["linea"]
    assert (told.count("primero"), told.count("dice"), told.count("acaba")) == (1, 1, 1)
    assert told.count("through the flow datos") == 2
    assert told.count("drawn in pide") == 1
    frames = [
        r for r in ElementTree.fromstring(picture).iter(f"{SVG}rect") if r.get("class") == "frame"
    ]
    assert len(frames) == 2


def test_the_way_to_crisis_is_red_through_a_flow_within_a_flow(nested: Path) -> None:
    root = ElementTree.fromstring(draw(nested))
    red = [p for p in root.iter(f"{SVG}path") if "crisis" in (p.get("class") or "").split()]
    # The line, the greeting, out of `pide` (also where it fails) and the menu; `primero` twice to
    # `fin`, `dice` to `acaba`; the legend.
    assert len(red) == 1 + 1 + 2 + 1 + 1 + 1 + 1
    told = draw(nested, mermaid=True)
    assert told.count("subgraph") == 3
    assert told.count("-.->") == 2


def test_a_frame_holds_all_that_is_drawn_in_it(nested: Path) -> None:
    files = read_files(nested, Problems())
    (chart,) = charts(seen(files, nested), ())
    outer = section(chart)
    figure = outer.figures["pide"]
    inner = figure.inner
    assert inner is not None
    for name, (x, y) in inner.layout.at.items():
        assert (x + inner.figures[name].width) * SCALE <= figure.width - figure.inset
        assert figure.inner_top + (y + inner.figures[name].height) * SCALE <= figure.rows_top
    for way in outer.layout.ways:
        assert not way.back


def test_a_finding_is_marked_on_its_card_and_told_below(ivr: Path) -> None:
    flow = ivr / "flows/linea.yaml"
    flow.write_text(flow.read_text().replace("4: juridico", "4: crisis"))
    told = words(draw(ivr))
    assert "IVR007" in told
    assert any("no way leads to the step 'juridico'" in each for each in told)
    assert ":::found" in draw(ivr, mermaid=True)


def test_mermaid_has_every_step_and_red_ways(ivr: Path) -> None:
    told = draw(ivr, mermaid=True)
    assert told.startswith("flowchart LR\n")
    for step in ("saludo", "menu", "crisis", "juridico", "gracias"):
        assert f'"{step}<br/>' in told
    assert '-->|"1, silence, wrong key"|' in told
    assert "linkStyle" in told


def test_what_an_admin_writes_cannot_break_the_picture(ivr: Path) -> None:
    lines, prompts = ivr / "lines.yaml", ivr / "prompts/es.yaml"
    lines.write_text(lines.read_text().replace("name: Línea", "name: '<b>\"A\" & #B</b>'"))
    prompts.write_text(prompts.read_text().replace("Le atiende", "<script> Le atiende"))
    assert '<b>"A" & #B</b>' in words(draw(ivr))
    assert "#lt;b#gt;#quot;A#quot; & #35;B" in draw(ivr, mermaid=True)


def test_files_that_do_not_load_are_told_instead(ivr: Path) -> None:
    (ivr / "lines.yaml").write_text("lines: 1")
    with pytest.raises(FlowFilesInvalid):
        draw(ivr)


def test_sixty_cards_stand_apart_in_columns_and_ways_lead_rightwards_but_for_those_back() -> None:
    boxes = [
        Box(
            name=f"b{n}",
            width=100,
            height=40 + n % 3 * 20,
            ports=[10, 20, 30],
            ways=[f"b{to}" for to in (n * 2 + 1, n * 2 + 2, n // 3) if to < 60],
        )
        for n in range(60)
    ]
    layout = laid_out(boxes, between=50, gap=10)
    height = {box.name: box.height for box in boxes}
    columns: dict[float, list[tuple[float, float]]] = {}
    for name, (x, y) in layout.at.items():
        columns.setdefault(x, []).append((y, y + height[name]))
    for column in columns.values():
        assert all(below[0] - above[1] >= 9.9 for above, below in pairwise(sorted(column)))
    for way in layout.ways:
        assert (layout.at[way.to][0] > layout.at[way.box][0]) != way.back


def test_the_command_writes_a_file_or_to_standard_output(
    ivr: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["graph", "ivr", "--output", "flows.svg"]) == Exit.DONE
    assert Path("flows.svg").read_text().startswith("<svg ")
    assert run(["graph", "ivr", "--format", "mermaid"]) == Exit.DONE
    assert "flowchart LR" in capfd.readouterr().out
