"""Reads the translation of a questionnaire and its messages, and rejects an incomplete translation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from shared.domain.rules.questionnaire import ContactBlock, Option, Page, Question
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
    text = table.wording("text")
    options = _options(question.options, table)
    table.done()
    return replace(question, text=text, options=options)


def _options(options: Iterable[Option], table: Reader) -> tuple[Option, ...]:
    return _each(options, table, "options", lambda option, labels: option._replace(label=labels.wording(option.code)))


def _contact(block: ContactBlock, table: Reader) -> ContactBlock:
    title, emergency_title = table.wording("title"), table.text("emergency_title")
    fields_table = table.table("fields")
    fields = []
    for field in block.fields:
        entry = fields_table.table(field.code)
        fields.append(field._replace(text=entry.wording("text"), options=_options(field.options, entry)))
        entry.done()
    fields_table.done()
    consents = _each(
        block.consents, table, "consents", lambda consent, texts: replace(consent, text=texts.wording(consent.code))
    )
    table.done()
    return block._replace(title=title, emergency_title=emergency_title, fields=tuple(fields), consents=consents)


def _messages(messages: Mapping[str, Message], table: Reader) -> dict[str, Message]:
    translations = {}
    for message in messages.values():
        entry = table.table(message.id)
        translation = Message(
            message.id,
            entry.wording("text"),
            entry.wording("closed") if message.closed else None,
            entry.wording("call") if message.call else None,
            message.instead_of,
        )
        for part in (translation.closed, translation.call):
            if part is not None and part not in translation.text:
                raise entry.error("`closed` and `call` must be sentences of the text")
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
