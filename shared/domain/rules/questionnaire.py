"""Defines a questionnaire, validates answers, and converts answers to facts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from shared.domain.errors import FieldProblem
from shared.domain.rules.condition import FORM, Condition, Facts

Answer = int | str | list[str]
Answers = Mapping[str, Answer]

NONE = "none"


class Option(NamedTuple):
    """An option of a question.

    label_other: the label if somebody fills in the form for the patient; "" to use `label`.
    """

    code: str
    label: str
    exclusive: bool = False
    label_other: str = ""


@dataclass(frozen=True)
class Question:
    """A question of a questionnaire.

    minimum, maximum: inclusive bounds of an integer.
    max_length: in characters.
    missing_counts_as: the option that counts if the visitor skips the question; None for no option.
    keep_when_hidden: options (warning signs) that count even if another answer hides the question.
    standard_code: the question's code in a public code system, as `system|code`.
    text_other: the text if somebody fills in the form for the patient; "" to use `text`.
    """

    code: str
    type: str
    text: str
    required: bool
    options: tuple[Option, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    shown_when: Condition | None = None
    missing_counts_as: str | None = None
    keep_when_hidden: frozenset[str] = frozenset()
    standard_code: str | None = None
    hint: str = ""
    text_other: str = ""

    @cached_property
    def option_codes(self) -> frozenset[str]:
        return frozenset(option.code for option in self.options)

    @property
    def limits(self) -> dict[str, int]:
        return {"low": self.minimum or 0, "high": self.maximum or 0, "limit": self.max_length or 0}

    def problem(self, answer: object) -> str | None:
        """Returns a sentence that says why the answer is invalid; None if it is valid.

        The sentence must not quote the answer. Its {placeholders} are the keys of `limits`.
        """
        match self.type:
            case "integer":
                return self._number_problem(answer)
            case "text":
                return self._text_problem(answer)
            case "choice-one":
                return self._choice_problem([answer] if isinstance(answer, str) else None, "Choose one option code.")
            case _:
                return self._choice_problem(answer, "Choose from the list of option codes.")

    def _number_problem(self, answer: object) -> str | None:
        if not isinstance(answer, int) or isinstance(answer, bool):
            return "Enter a whole number."
        low, high = self.minimum or 0, self.maximum or 0
        return None if low <= answer <= high else "Enter a number from {low} to {high}."

    def _text_problem(self, answer: object) -> str | None:
        if not isinstance(answer, str):
            return "Enter text."
        return None if len(answer) <= (self.max_length or 0) else "Use {limit} characters or fewer."

    def _choice_problem(self, codes: object, expected: str) -> str | None:
        if not isinstance(codes, list):
            return expected
        for code in codes:
            if not isinstance(code, str) or code not in self.option_codes:
                return "This option is not on the list."
        return None


class Page(NamedTuple):
    """A page of questions. Questions on a page `after_send` never count as skipped."""

    id: str
    title: str
    questions: tuple[Question, ...]
    after_send: bool = False


class ContactField(NamedTuple):
    """A field of the contact block.

    text_other: the text if somebody fills in the form for the patient; "" to use `text`.
    """

    code: str
    type: str
    text: str
    required: bool
    max_length: int | None = None
    autocomplete: str | None = None
    options: tuple[Option, ...] = ()
    shown_when: Condition | None = None
    text_other: str = ""


VARIANTS = ("text_other", "text_call", "text_call_other")


def hash_of(text: str) -> str:
    """Returns the hash (SHA-256, hex) by which a page reports the consent text that it showed."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class ConsentText:
    """The text beside a consent box, with {clinic} for the name of the clinic.

    text_other: the text if somebody fills in the form for the patient; "" to use `text`.
    text_call: the text on the callback form ("Just call me"); "" to use `text`.
    text_call_other: the text for both cases together; "" to use `text_call`.
    """

    code: str
    text: str
    required: bool
    text_other: str = ""
    text_call: str = ""
    text_call_other: str = ""

    def shown(self, *, other: bool, call: bool) -> str:
        """Returns the text for a helper of the patient (`other`) or for the callback form (`call`)."""
        if other and call and self.text_call_other:
            return self.text_call_other
        return (call and self.text_call) or (other and self.text_other) or self.text

    def is_to_calls(self, text: str) -> bool:
        return text != "" and text in (self.text_call, self.text_call_other)

    @cached_property
    def text_hash(self) -> str:
        return hash_of(self.text)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Hash -> text, for each consent text that a page may have shown."""
        return {hash_of(text): text for text in (self.text, *self.variants.values()) if text}

    @property
    def variants(self) -> Mapping[str, str]:
        return {name: getattr(self, name) for name in VARIANTS}

    def of_clinic(self, name: str) -> ConsentText:
        text, *variants = (text.replace("{clinic}", name) for text in (self.text, *self.variants.values()))
        return ConsentText(self.code, text, self.required, *variants)


class ContactBlock(NamedTuple):
    title: str
    emergency_title: str
    hidden_when: Condition
    fields: tuple[ContactField, ...]
    consents: tuple[ConsentText, ...]


@dataclass(frozen=True)
class Questionnaire:
    id: str
    version: str
    language: str
    title: str
    approved_by: str
    approved_on: str
    pages: tuple[Page, ...]
    contact: ContactBlock
    definitions: Mapping[str, Condition]
    reviewed: bool = True  # False while a translation awaits review by a translator and a physician

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        return {question.code: question for page in self.pages for question in page.questions}

    @cached_property
    def asked_after_send(self) -> frozenset[str]:
        return frozenset(question.code for page in self.pages if page.after_send for question in page.questions)

    @property
    def form_pages(self) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if not page.after_send)

    @property
    def page_ids(self) -> tuple[str, ...]:
        return tuple(page.id for page in self.form_pages)

    def problems(self, answers: Answers) -> tuple[FieldProblem, ...]:
        found = []
        for code, answer in answers.items():
            question = self.questions.get(code)
            if question is None:
                found.append(FieldProblem(f"/answers/{code}", "This questionnaire has no such question."))
            elif (sentence := question.problem(answer)) is not None:
                found.append(FieldProblem(f"/answers/{code}", sentence, question.limits))
        return tuple(found)

    def readable(self, answers: Answers) -> dict[str, Answer]:
        """Returns the answers and options that exist and are valid in this version."""
        found: dict[str, Answer] = {}
        for code, answer in answers.items():
            question = self.questions.get(code)
            if question is None:
                continue
            if question.type == "choice-many" and isinstance(answer, list):
                answer = [option for option in answer if isinstance(option, str) and option in question.option_codes]  # noqa: PLW2901
            if answer != [] and question.problem(answer) is None:
                found[code] = answer
        return found

    def facts(self, answers: Answers, last_page: str | None = None, *, door: str = FORM) -> Facts:
        """Converts valid answers to facts.

        last_page: the id of the last completed page, after which no question counts as skipped; None for all pages.
        door: how the answers arrived, one of DOORS.
        """
        facts = Facts(door)
        passed = True
        for page in self.pages:
            for question in page.questions:
                self._note(question, answers.get(question.code), facts, passed and not page.after_send)
            if page.id == last_page:
                passed = False
        return facts

    def _note(self, question: Question, answer: Answer | None, facts: Facts, passed: bool) -> None:
        shown = question.shown_when is None or question.shown_when.holds(facts)
        if question.type == "integer":
            if shown and isinstance(answer, int):
                facts.numbers[question.code] = answer
            return
        if question.type == "text":
            if shown and isinstance(answer, str) and answer.strip():
                facts.texts[question.code] = answer
            return
        chosen = frozenset((answer,) if isinstance(answer, str) else answer if isinstance(answer, list) else ())
        if not shown:
            chosen &= question.keep_when_hidden
        if len(chosen) > 1 and NONE in chosen:
            chosen -= {NONE}
            facts.none_with_others = True
        if not chosen and shown and passed and question.missing_counts_as:
            chosen = frozenset((question.missing_counts_as,))
        if chosen:
            facts.chosen[question.code] = chosen
