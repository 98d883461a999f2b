"""The flow files as a picture, with what the check finds in them."""

from __future__ import annotations

from pathlib import Path

from router.adapters.flow_check import check
from router.adapters.flow_files import read_files
from router.adapters.ivr.checks.sight import seen
from router.adapters.ivr.drawing.chart import charts
from router.adapters.ivr.drawing.mermaid import mermaid as as_mermaid
from router.adapters.ivr.drawing.svg import svg
from router.adapters.ivr.problems import Problems


def draw(folder: Path, *, mermaid: bool = False) -> str:
    """SVG, or Mermaid. Raises FlowFilesInvalid."""
    problems = Problems()
    files = read_files(folder, problems)
    problems.raise_if_any()
    findings = check(folder).findings
    drawn = list(charts(seen(files, folder), findings))
    return as_mermaid(drawn) if mermaid else svg(drawn, findings, f"The flows of {folder}")
