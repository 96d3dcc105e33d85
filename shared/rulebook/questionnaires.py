"""Reads a questionnaire from TOML."""

from __future__ import annotations

import re

from shared.domain.rules.condition import Condition
from shared.domain.rules.questionnaire import (
    VARIANTS,
    ConsentText,
    ContactBlock,
    ContactField,
    Option,
    Page,
    Question,
    Questionnaire,
)
from shared.rulebook.conditions import ConditionReader
from shared.rulebook.form_definition import drawn_condition
from shared.rulebook.reader import Reader, RulebookError

CODE_SYSTEMS = {
    "http://loinc.org": re.compile(r"[0-9]{1,7}-[0-9]"),
    "http://snomed.info/sct": re.compile(r"[0-9]{6,18}"),
}


def _optional(reader: Reader, key: str) -> str:
    return reader.wording(key) if key in reader else ""


def _options(reader: Reader) -> tuple[Option, ...]:
    options = []
    for table in reader.each("options", "code"):
        exclusive = table.flag("exclusive") if "exclusive" in table else False
        options.append(Option(table.text("code"), table.wording("label"), exclusive, _optional(table, "label_other")))
        table.done()
    if not options:
        raise reader.error("has no options")
    return tuple(options)


def _question(reader: Reader, conditions: ConditionReader) -> Question:
    kind = reader.text("type")
    if kind not in ("integer", "choice-one", "choice-many", "text"):
        raise reader.error(f"unknown type {kind!r}")
    question = Question(
        code=reader.code("code"),
        type=kind,
        text=reader.wording("text"),
        required=reader.flag("required"),
        options=_options(reader) if kind.startswith("choice") else (),
        minimum=reader.number("minimum") if kind == "integer" else None,
        maximum=reader.number("maximum") if kind == "integer" else None,
        max_length=reader.number("max_length") if kind == "text" else None,
        shown_when=_shown_when(reader, conditions),
        missing_counts_as=reader.optional_text("missing_counts_as"),
        keep_when_hidden=frozenset(reader.texts("keep_when_hidden")) if "keep_when_hidden" in reader else frozenset(),
        standard_code=_standard_code(reader),
        hint=_optional(reader, "hint"),
        text_other=_optional(reader, "text_other"),
    )
    reader.done()
    if (question.minimum or 0) > (question.maximum or 0):
        raise reader.error("minimum is above maximum")
    for code in (question.missing_counts_as, *question.keep_when_hidden):
        if code is not None and code not in question.option_codes:
            raise reader.error(f"has no option {code!r}")
    return question


def _standard_code(reader: Reader) -> str | None:
    """Reads the code of a question in a public code system, such as `http://loinc.org|72514-3`.

    Raises: RulebookError if the code system is not in CODE_SYSTEMS, or the code is malformed.
    """
    text = reader.optional_text("standard_code")
    if text is None:
        return None
    system, _, code = text.partition("|")
    if system not in CODE_SYSTEMS or CODE_SYSTEMS[system].fullmatch(code) is None:
        raise reader.error(f"standard_code: {text!r} is not system|code of {', '.join(CODE_SYSTEMS)}")
    return text


def _shown_when(reader: Reader, conditions: ConditionReader) -> Condition | None:
    """The condition of a follow-up may refer only to earlier questions."""
    if "shown_when" not in reader:
        return None
    where = f"{reader.where}.shown_when"
    try:
        condition = conditions.condition(reader.value("shown_when"), where)
    except RulebookError as error:
        raise RulebookError(f"{error}, or it comes later: the follow-up would be unreachable") from None
    return _drawable(condition, where)


def _drawable(condition: Condition, where: str) -> Condition:
    try:
        drawn_condition(condition)
    except RulebookError as error:
        raise RulebookError(f"{where}: {error}") from None
    return condition


def read_questionnaire(reader: Reader) -> Questionnaire:
    questions: dict[str, Question] = {}
    conditions = ConditionReader(questions)
    pages: list[Page] = []
    definitions = list(reader.named("definitions")) if "definitions" in reader else []
    for page in reader.each("pages"):
        entries = []
        for table in page.each("questions", "code"):
            question = _question(table, conditions)
            if question.code in questions:
                raise table.error("is on two pages")
            questions[question.code] = question
            entries.append(question)
        after_send = page.flag("after_send") if "after_send" in page else False
        if after_send and any(question.required for question in entries):
            raise page.error("a page after Send can have no required question")
        if not after_send and pages and pages[-1].after_send:
            raise page.error("comes before Send, so it must stand before the pages after Send")
        pages.append(Page(page.text("id"), page.wording("title"), tuple(entries), after_send))
        page.done()
    for name, table in definitions:
        conditions.define(name, table, f"{reader.where}.definitions")
    approved_by, approved_on = reader.signature("approved")
    questionnaire = Questionnaire(
        id=reader.code("id"),
        version=reader.version("version"),
        language=reader.wording("language"),
        title=reader.wording("title"),
        approved_by=approved_by,
        approved_on=approved_on,
        pages=tuple(pages),
        contact=_contact(reader.table("contact"), conditions),
        definitions=conditions.definitions,
    )
    reader.done()
    return questionnaire


def _contact(reader: Reader, conditions: ConditionReader) -> ContactBlock:
    fields = []
    for table in reader.each("fields", "code"):
        kind = table.text("type")
        fields.append(
            ContactField(
                code=table.text("code"),
                type=kind,
                text=table.wording("text"),
                required=table.flag("required"),
                max_length=None if kind == "choice-one" else table.number("max_length"),
                autocomplete=table.optional_text("autocomplete"),
                options=_options(table) if kind == "choice-one" else (),
                shown_when=_shown_when(table, conditions),
                text_other=_optional(table, "text_other"),
            )
        )
        table.done()
    consents = []
    for table in reader.each("consents", "code"):
        variants = (_optional(table, name) for name in VARIANTS)
        consents.append(ConsentText(table.text("code"), table.wording("text"), table.flag("required"), *variants))
        table.done()
    hidden_when = f"{reader.where}.hidden_when"
    block = ContactBlock(
        title=reader.wording("title"),
        emergency_title=reader.wording("emergency_title"),
        hidden_when=_drawable(conditions.condition(reader.value("hidden_when"), hidden_when), hidden_when),
        fields=tuple(fields),
        consents=tuple(consents),
    )
    reader.done()
    return block
