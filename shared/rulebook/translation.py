"""Reads the translation of a questionnaire and its messages, and rejects an incomplete translation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from shared.domain.rules.questionnaire import ConsentText, ContactBlock, Option, Page, Question
from shared.domain.rules.triage import Message, RuleSet
from shared.rulebook.reader import Reader

T = TypeVar("T")


def translated(rule_set: RuleSet, reader: Reader) -> RuleSet:
    """Returns the rule set with every text for patients translated. Codes, conditions, tiers and rules are unchanged.

    Raises: RulebookError if the translation lacks a text or has a text that the original lacks.
    """
    language = reader.text("language")
    reviewed = (reader.text("reviewed_by"), reader.text("reviewed_on"))
    reader.text("translates")
    questionnaire = rule_set.questionnaire
    pages, questions = reader.table("pages"), reader.table("questions")
    result = rule_set._replace(
        questionnaire=replace(
            questionnaire,
            language=language,
            title=reader.wording("title"),
            reviewed=all(reviewed),
            pages=tuple(_page(page, pages, questions) for page in questionnaire.pages),
            contact=_contact(questionnaire.contact, reader.table("contact")),
        ),
        messages=_messages(rule_set.messages, reader.table("messages")),
    )
    for table in (pages, questions, reader):
        table.done()
    return result


def _page(page: Page, pages: Reader, questions: Reader) -> Page:
    title = pages.wording(page.id)
    return page._replace(title=title, questions=tuple(_question(question, questions) for question in page.questions))


def _question(question: Question, questions: Reader) -> Question:
    table = questions.table(question.code)
    translation = replace(
        question,
        text=table.wording("text"),
        text_other=_other(table, "text_other", question.text_other),
        hint=table.wording("hint") if question.hint else "",
        options=_options(question.options, table),
    )
    table.done()
    return translation


def _options(options: Iterable[Option], table: Reader) -> tuple[Option, ...]:
    """Reads labels, and from `options_other` those for a form that somebody else fills in for the person."""
    others = table.table("options_other") if "options_other" in table else Reader({}, f"{table.where}.options_other")
    result = _each(
        options,
        table,
        "options",
        lambda option, labels: option._replace(
            label=labels.wording(option.code),
            label_other=_other(others, option.code, option.label_other),
        ),
    )
    others.done()
    return result


def _other(table: Reader, key: str, original: str) -> str:
    """Reads a wording for some pages. A translation may have one where the original needs none."""
    return table.wording(key) if original or key in table else ""


def _contact(block: ContactBlock, table: Reader) -> ContactBlock:
    title, emergency_title = table.wording("title"), table.text("emergency_title")
    fields_table = table.table("fields")
    fields = []
    for field in block.fields:
        entry = fields_table.table(field.code)
        text, other = entry.wording("text"), _other(entry, "text_other", field.text_other)
        fields.append(field._replace(text=text, text_other=other, options=_options(field.options, entry)))
        entry.done()
    fields_table.done()
    consents_table = table.table("consents")
    consents = []
    for consent in block.consents:
        entry = consents_table.table(consent.code)
        variants = (_other(entry, name, text) for name, text in consent.variants.items())
        consents.append(ConsentText(consent.code, entry.wording("text"), consent.required, *variants))
        entry.done()
    consents_table.done()
    table.done()
    return block._replace(title=title, emergency_title=emergency_title, fields=tuple(fields), consents=tuple(consents))


def _messages(messages: Mapping[str, Message], table: Reader) -> dict[str, Message]:
    translations = {}
    for message in messages.values():
        entry = table.table(message.id)
        translation = Message(
            message.id,
            entry.wording("text"),
            entry.wording("closed_text") if message.closed_text else None,
            entry.wording("no_number_text") if message.no_number_text else None,
            message.instead_of,
            message.alone,
        )
        entry.done()
        translations[message.id] = translation
    table.done()
    return translations


def _each(things: Iterable[T], table: Reader, key: str, translate: Callable[[T, Reader], T]) -> tuple[T, ...]:
    things = tuple(things)
    if not things:
        return ()
    texts = table.table(key)
    result = tuple(translate(thing, texts) for thing in things)
    texts.done()
    return result
