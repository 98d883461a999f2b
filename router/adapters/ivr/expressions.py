"""Expressions in CEL: compiled, and tried before a caller meets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import PlainValidator

from router.adapters.ivr.words import Misread, read_name, text_of
from router.core.ivr.expressions import UNCOMPUTABLE, Expression, Source
from router.core.ivr.trials import trials
from router.core.ivr.values import GIVEN, LONGEST, ValueKind, literal

LONGEST_SOURCE = 300
NESTED_AT_MOST = 30
FUNCTIONS = ("size", "startsWith", "endsWith", "contains", "matches", "int", "double", "string")
SIGNS = ("+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||")
KNOWN = frozenset({*FUNCTIONS, "!_", "-_", "@in", "_?_:_", *(f"_{sign}_" for sign in SIGNS)})
"""As CEL names what an expression uses. Its loops over lists are not among them."""
RESERVED = frozenset(
    ["as", "bool", "break", "bytes", "const", "contains", "continue", "double", "dyn", "else",
     "false", "for", "function", "if", "import", "in", "int", "let", "list", "loop", "map",
     "matches", "namespace", "null", "package", "return", "size", "string", "true", "type", "uint",
     "var", "void", "while"]
)  # fmt: skip
"""What CEL, or its library, takes for itself."""


def compiled(text: str) -> Expression:
    """Raises Misread: it is no expression, or does more than conditions need."""
    # Imported here: its package brings a terminal along, and most folders have no expressions.
    import cel

    source = text_of(text, "an expression such as `edad < 18`")
    if len(source) > LONGEST_SOURCE:
        raise Misread(f"an expression of at most {LONGEST_SOURCE} letters")
    if sum(source.count(sign) for sign in "([{!-?") > NESTED_AT_MOST:
        raise Misread("a shorter expression")
    try:
        program = cel.compile(source)
    except UNCOMPUTABLE as failure:
        raise Misread(f"an expression in CEL such as `edad < 18`; {_why(failure)}") from None
    unknown = sorted(set(program.functions()) - KNOWN)
    if unknown:
        shown = ", ".join(unknown)
        raise Misread(f"no other functions than {', '.join(FUNCTIONS)} (not {shown})")
    return Expression(source=source, names=tuple(program.variables()), program=program)


def _why(failure: Exception) -> str:
    """`mismatched input 'es' at letter 6`, without the grammar's long list."""
    said = str(failure).partition("ERROR: <input>:")[2].splitlines()
    if not said:
        return "it cannot be read"
    place, _, reason = said[0].partition(": Syntax error: ")
    letter = place.rpartition(":")[2]
    return f"{reason.partition(' expecting ')[0]} at letter {letter}"


def read_source(value: object) -> Source:
    """`=edad + 1` is computed; `18`, `true` and `vivienda` stand for themselves."""
    text = text_of(value, "a value, or `=` and an expression")
    if text.startswith("="):
        return compiled(text[1:])
    if len(text) > LONGEST:
        raise Misread(f"a text of at most {LONGEST} letters")
    return literal(text)


def read_variable(value: object) -> str:
    """A name that is free for a variable."""
    name = read_name(value)
    if name in RESERVED or name in GIVEN:
        raise Misread(f"a name that is not taken ({name} is)")
    return name


SourceWord = Annotated[Source, PlainValidator(read_source)]
Condition = Annotated[Expression, PlainValidator(compiled)]
Variable = Annotated[str, PlainValidator(read_variable)]


def misfit(
    expression: Expression, known: Mapping[str, ValueKind], *, condition: bool
) -> str | None:
    """What is wrong with it for values of these kinds, which completes "the expression ...".

    Every usual value is tried, and every value that it is compared with.
    """
    worths = []
    for values in trials(expression, known):
        try:
            worths.append(expression.program.execute(dict(values)))
        except TypeError:
            return f"mixes kinds of values: {_kinds(expression.names, known)}"
        except UNCOMPUTABLE:
            continue  # such as a text that is no number: the flow goes where it says
    if not worths:
        return "cannot be computed of any value"
    if not condition:
        return None
    if not all(isinstance(worth, bool) for worth in worths):
        return "is neither true nor false"
    if len(set(worths)) == 1 and "matches" not in expression.source:
        kinds = _kinds(expression.names, known)
        return f"is always {str(worths[0]).lower()}" + (f": {kinds}" if kinds else "")
    return None


def _kinds(names: Iterable[str], known: Mapping[str, ValueKind]) -> str:
    return ", ".join(f"{name} is a {known[name].value}" for name in names)
