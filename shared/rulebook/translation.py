"""Reads the translation of a questionnaire and its messages, and rejects an incomplete translation."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from shared.domain.rules.questionnaire import ConsentText, ContactBlock, Option, Page, Question
from shared.domain.rules.triage import Message, RuleSet
from shared.rulebook.reader import Reader

T = TypeVar("T")


def translated(rule_set: RuleSet, reader: Reader) -> RuleSet:
    """Returns the rule set with every text for patients translated.

    A text that changes after its review makes the result unreviewed.
    Raises: RulebookError if the translation lacks a text, has an unknown key, or differs in a text's {placeholders}.
    """
    language = reader.text("language")
    reviewed_by, _ = reader.signature("reviewed")
    reviewed_texts = reader.optional_text("reviewed_texts")
    reader.text("translates")
    questionnaire = rule_set.questionnaire
    pages, questions = reader.table("pages"), reader.table("questions")
    result = rule_set._replace(
        questionnaire=replace(
            questionnaire,
            language=language,
            title=reader.wording("title"),
            reviewed=False,
            pages=tuple(_page(page, pages, questions) for page in questionnaire.pages),
            contact=_contact(questionnaire.contact, reader.table("contact")),
        ),
        messages=_messages(rule_set.messages, reader.table("messages")),
    )
    for table in (pages, questions, reader):
        table.done()
    _check_placeholders(rule_set, result, reader)
    if not reviewed_by or reviewed_texts != review_hash(rule_set, result):
        return result
    return result._replace(questionnaire=replace(result.questionnaire, reviewed=True))


def texts_of(rule_set: RuleSet) -> Iterator[tuple[str, str]]:
    """Yields (key in a translation file, text) for each text for patients. A missing optional text is ""."""
    form, contact = rule_set.questionnaire, rule_set.questionnaire.contact
    yield "title", form.title
    for page in form.pages:
        yield f"pages.{page.id}", page.title
        for question in page.questions:
            at = f"questions.{question.code}"
            yield from ((f"{at}.{name}", getattr(question, name)) for name in ("text", "text_other", "hint"))
            yield from _labels(at, question.options)
    yield "contact.title", contact.title
    yield "contact.emergency_title", contact.emergency_title
    for field in contact.fields:
        at = f"contact.fields.{field.code}"
        yield from ((f"{at}.text", field.text), (f"{at}.text_other", field.text_other))
        yield from _labels(at, field.options)
    for consent in contact.consents:
        at = f"contact.consents.{consent.code}"
        yield f"{at}.text", consent.text
        yield from ((f"{at}.{name}", text) for name, text in consent.variants.items())
    for message in rule_set.messages.values():
        for name in ("text", "closed_text", "no_number_text"):
            yield f"messages.{message.id}.{name}", getattr(message, name) or ""


def _labels(at: str, options: Iterable[Option]) -> Iterator[tuple[str, str]]:
    for option in options:
        yield f"{at}.options.{option.code}", option.label
        yield f"{at}.options_other.{option.code}", option.label_other


def review_hash(original: RuleSet, translation: RuleSet) -> str:
    """Reviewers record this hash of all texts in both languages as `reviewed_texts`."""
    texts = (f"{place}={text}" for rule_set in (original, translation) for place, text in texts_of(rule_set))
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _check_placeholders(original: RuleSet, translation: RuleSet, reader: Reader) -> None:
    for (place, text), (_, translated_text) in zip(texts_of(original), texts_of(translation), strict=True):
        if "{" in text or "{" in translated_text:
            expected, found = (sorted(set(re.findall(r"{[^}]*}?", words))) for words in (text, translated_text))
            if found != expected:
                has, needs = (" ".join(names) or "none" for names in (found, expected))
                raise reader.error(f"{place}: its placeholder is {has}, but that of the original is {needs}")


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
    """Reads the usual labels (`options`) and the labels for a helper who fills in the form (`options_other`)."""
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
    """The text for a helper is optional if the original has none."""
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
