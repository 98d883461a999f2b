"""What Spanish asks of a sentence that is put together: plurals, `y` or `e`, `o` or `u`."""

from __future__ import annotations

import re
from collections.abc import Sequence

BEFORE_I = re.compile(r"\by (?=h?[iíIÍ](?![aeoáéó]))")
BEFORE_O = re.compile(r"\bo (?=h?[oóOÓ])")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 agente`, `2 agentes`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """`a, b y c`; `juridico e ingles`."""
    if len(words) < 2:
        return "".join(words)
    return euphonic(f"{', '.join(words[:-1])} y {words[-1]}")


def skills(accepts: str) -> str:
    """What a call asks for, as a queue's YAML has it, with the words between the skills' names."""
    told = accepts.replace(" and ", " y ").replace(" or ", " o ").replace("anyone", "cualquiera")
    return euphonic(told)


def share(part: float, digits: int = 0) -> str:
    """`90 %`."""
    return f"{part * 100:.{digits}f} %"


def euphonic(sentence: str) -> str:
    """With `e` for `y`, and `u` for `o`, where the next word begins with that sound."""
    return BEFORE_O.sub("u ", BEFORE_I.sub("e ", sentence))
