"""The step kinds as a flow file writes them, and the step that each becomes."""

from __future__ import annotations

from collections.abc import Mapping

from router.adapters.ivr.kinds.asking import CollectShape, MenuShape
from router.adapters.ivr.kinds.deciding import (
    BranchShape,
    HoursShape,
    NextShape,
    SetShape,
    TagShape,
)
from router.adapters.ivr.kinds.nesting import FlowShape, ReturnShape
from router.adapters.ivr.kinds.outside import HttpShape
from router.adapters.ivr.kinds.people import (
    CallbackShape,
    DialShape,
    PreferShape,
    QueueShape,
    RequireShape,
    SurveyShape,
)
from router.adapters.ivr.kinds.recording import MessageShape
from router.adapters.ivr.kinds.speaking import GoodbyeShape, LanguageShape, PlayShape, SayShape
from router.adapters.ivr.kinds.step import StepShape
from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.shapes import shaped, words_of
from router.adapters.ivr.tree import Entries, Node
from router.core.ivr.model import Step
from router.core.ivr.steps.branch import BranchStep
from router.core.ivr.steps.callback import CallbackStep
from router.core.ivr.steps.collect import CollectStep
from router.core.ivr.steps.dial import DialStep
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.hours import HoursStep
from router.core.ivr.steps.http import HttpStep
from router.core.ivr.steps.language import LanguageStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.message import MessageStep
from router.core.ivr.steps.next import NextStep
from router.core.ivr.steps.play import PlayStep
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.require import RequireStep
from router.core.ivr.steps.return_ import ReturnStep
from router.core.ivr.steps.say import SayStep
from router.core.ivr.steps.set import SetStep
from router.core.ivr.steps.survey import SurveyStep
from router.core.ivr.steps.tag import TagStep
from router.core.vocabulary import StepName

KINDS: Mapping[str, type[StepShape]] = {
    PlayStep.kind: PlayShape,
    SayStep.kind: SayShape,
    LanguageStep.kind: LanguageShape,
    SetStep.kind: SetShape,
    TagStep.kind: TagShape,
    GoodbyeStep.kind: GoodbyeShape,
    MenuStep.kind: MenuShape,
    CollectStep.kind: CollectShape,
    BranchStep.kind: BranchShape,
    HoursStep.kind: HoursShape,
    RequireStep.kind: RequireShape,
    PreferStep.kind: PreferShape,
    QueueStep.kind: QueueShape,
    DialStep.kind: DialShape,
    HttpStep.kind: HttpShape,
    CallbackStep.kind: CallbackShape,
    MessageStep.kind: MessageShape,
    SurveyStep.kind: SurveyShape,
    FlowStep.kind: FlowShape,
    ReturnStep.kind: ReturnShape,
    NextStep.kind: NextShape,
}


*_OTHERS, _LAST = sorted(KINDS)
ALL_KINDS = f"{', '.join(_OTHERS)} or {_LAST}"


def read_step(name: str, at: Place, node: Node, problems: Problems) -> Step | None:
    """The step of this name; its kind is the key that names one."""
    what = f"the step {shown(name)}"
    if not isinstance(node, Entries):
        problems.add(at, f"{what} is nothing", f"{listed(KINDS)} below it")
        return None
    kinds = [key for key in node.items if key in KINDS]
    if len(kinds) > 1:
        # Beside another kind, `next` is its way on and `queue` whose it is.
        fields = {field for kind in kinds for field in words_of(KINDS[kind]) if field != kind}
        kinds = [kind for kind in kinds if kind not in fields]
    if len(kinds) != 1 or (kinds == [NextStep.kind] and len(node.items) > 1):
        _explain_kind(what, at, node, kinds, problems)
        return None
    shape = shaped(KINDS[kinds[0]], node, what, at, problems)
    return None if shape is None else shape.step(StepName(name))


def _explain_kind(
    what: str, at: Place, node: Entries, kinds: list[str], problems: Problems
) -> None:
    if len(kinds) > 1:
        both = " and ".join(f"`{kind}`" for kind in kinds)
        problems.add(node.keys[kinds[1]], f"{what} is {both}", "one of them, in a step of its own")
        return
    first = next((key for key in node.keys if key != NextStep.kind), "")
    place = node.keys.get(first, at)
    problems.add(place, f"{what} does nothing known", ALL_KINDS, word=first, known=KINDS)
