"""What an admin is told when the flow files do not fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.ivr.flow_mistakes import Edit, Elsewhere, Mistake, told_of

MISTAKES = (
    Mistake(
        "a step that leads nowhere",
        "flows/linea.yaml",
        "      2: extorsion",
        "      2: ▸extorsin",
        (
            "the step 'menu' leads to 'extorsin', which is no step of this flow; expected crisis,"
            " extorsion, gracias, horario, ingles, juridico, lengua_indigena, menu, orientacion,"
            " ...; did you mean extorsion?",
        ),
    ),
    Mistake(
        "an unknown queue",
        "flows/linea.yaml",
        "queue: juridico",
        "queue: ▸juridic",
        (
            "the step 'juridico' asks for 'juridic', which is no queue; expected crisis,"
            " extorsion, juridico, orientacion, trata or violencia; did you mean juridico?",
        ),
    ),
    Mistake(
        "unknown hours",
        "flows/linea.yaml",
        "hours: noche",
        "hours: ▸nohce",
        (
            "the step 'horario' looks at 'nohce', which is no entry of hours.yaml; expected noche;"
            " did you mean noche?",
        ),
    ),
    Mistake(
        "an unknown prompt",
        "flows/linea.yaml",
        "wrong: no_entendi",
        "wrong: ▸no_entiendo",
        (
            "the step 'menu' says 'no_entiendo', which is no prompt; expected agente_entro,"
            " agente_error, agente_listo, agente_pausa, agente_regreso, agente_salio, aviso,"
            " caida, espera_crisis, ...; did you mean no_entendi?",
        ),
    ),
    Mistake(
        "an unknown language",
        "flows/linea.yaml",
        "language: en",
        "language: ▸fr",
        (
            "the step 'ingles' speaks 'fr', which is no language of the folder prompts; expected"
            " en or es",
        ),
    ),
    Mistake(
        "a key with two meanings",
        "flows/linea.yaml",
        'repeat: "*"',
        "repeat: 7",
        (
            Elsewhere(
                "flows/linea.yaml",
                "▸7: ingles",
                "the step 'menu' has '7' among its keys, and as the key that repeats it; expected"
                " one meaning for each key",
            ),
        ),
    ),
    Mistake(
        "a flow without a beginning",
        "flows/linea.yaml",
        "start: saludo",
        "start: ▸hola",
        (
            "the flow starts at 'hola', which is no step of it; expected crisis, extorsion,"
            " gracias, horario, ingles, juridico, lengua_indigena, menu, orientacion, ...",
        ),
    ),
    Mistake(
        "a caller led round",
        "flows/linea.yaml",
        "on_timeout: crisis",
        "on_timeout: ▸horario",
        (
            "a caller who presses nothing is led round: 'menu' leads back to 'horario'; expected a"
            " way to a queue or a goodbye",
        ),
    ),
    Mistake(
        "a line without its flow",
        "lines.yaml",
        "flow: linea",
        "flow: ▸lineas",
        (
            "the line '5555335533' begins 'lineas', which is no flow; expected linea; did you mean"
            " linea?",
        ),
    ),
    Mistake(
        "no default line",
        "lines.yaml",
        "default: 5555335533",
        "",
        (
            Elsewhere(
                "lines.yaml",
                "▸",
                "the file has no `default`; expected the number of a line, for callers who dialled"
                " one that is not here",
            ),
        ),
    ),
    Mistake(
        "a default line that does not exist",
        "lines.yaml",
        "default: 5555335533",
        "default: ▸5555335534",
        (
            "the default line is '5555335534', which is no line; expected 5555335533; did you mean"
            " 5555335533?",
        ),
    ),
    Mistake(
        "steps of widening out of order",
        "queues.yaml",
        "{after: 40s, also: juridico and",
        "{after: ▸10s, also: juridico and",
        (
            "the queue 'crisis' widens earlier here than in the line above; expected the steps in"
            " the order of their times",
        ),
    ),
    Mistake(
        "a reserve for no queue",
        "queues.yaml",
        "for: crisis",
        "for: ▸crises",
        (
            "the reserve is for 'crises', which is no queue; expected crisis, extorsion, juridico,"
            " orientacion, trata or violencia; did you mean crisis?",
        ),
    ),
    Mistake(
        "a reserve during no hours",
        "queues.yaml",
        "during: {noche: 1}",
        "during: {▸madrugada: 1}",
        (
            "the reserve changes during 'madrugada', which is no entry of hours.yaml; expected"
            " noche",
        ),
    ),
    Mistake(
        "an agent's prompt that does not exist",
        "queues.yaml",
        "login: agente_entro",
        "login: ▸agente_entra",
        (
            "agents hear 'agente_entra', which is no prompt; expected agente_entro, agente_error,"
            " agente_listo, agente_pausa, agente_regreso, agente_salio, aviso, caida,"
            " espera_crisis, ...; did you mean agente_entro?",
        ),
    ),
    Mistake(
        "a first resort that does not exist",
        "queues.yaml",
        "first_resort: crisis",
        "first_resort: ▸urgencias",
        (
            "the first resort is 'urgencias', which is no queue; expected crisis, extorsion,"
            " juridico, orientacion, trata or violencia",
        ),
    ),
    Mistake(
        "a queue that gives up into nothing",
        "queues.yaml",
        "    whisper: susurro_juridico",
        "    whisper: susurro_juridico\n    gives_up_after: 5min",
        (
            Elsewhere(
                "flows/linea.yaml",
                "queue: ▸juridico",
                "the step 'juridico' does not say what follows when the queue 'juridico' gives up;"
                " expected a line `on_timeout: ...`",
            ),
        ),
    ),
    Mistake(
        "an unknown zone",
        "hours.yaml",
        "America/Mexico_City",
        "▸America/Mexico_Cty",
        (
            "the hours 'noche' have the zone 'America/Mexico_Cty', which is not known; expected a"
            " zone such as America/Mexico_City; did you mean America/Mexico_City?",
        ),
    ),
    Mistake(
        "a zone outside the folder of zones",
        "hours.yaml",
        "America/Mexico_City",
        "▸../../etc/passwd",
        (
            "the hours 'noche' have the zone '../../etc/passwd', which is not known; expected a"
            " zone such as America/Mexico_City",
        ),
    ),
    Mistake(
        "a text that is missing in one language",
        "prompts/en.yaml",
        "no_entendi: >-\n  That option is not in the menu. Let me repeat it for you.\n",
        "",
        (
            Elsewhere(
                "flows/linea.yaml",
                "wrong: ▸no_entendi",
                "the step 'menu' says 'no_entendi', which has no text in 'en'; expected a line"
                " `no_entendi: ...` in prompts/en.yaml",
            ),
        ),
    ),
    Mistake(
        "a name that cannot be a file's",
        "prompts/es.yaml",
        "susurro_crisis: Llamada",
        "▸../crisis: Llamada",
        (
            "the prompt '../crisis' cannot be named so; expected a name: small letters without"
            " accents, digits and _",
            Elsewhere(
                "queues.yaml",
                "whisper: ▸susurro_crisis",
                "the queue 'crisis' says 'susurro_crisis', which has no text in 'es'; expected a"
                " line `susurro_crisis: ...` in prompts/es.yaml",
            ),
        ),
    ),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_what_does_not_fit_is_told_with_its_place(
    flow_folder: Path, edit: Edit, mistake: Mistake
) -> None:
    edit(mistake.file, mistake.old, mistake.spoilt)
    assert told_of(flow_folder) == mistake.expected(flow_folder)
