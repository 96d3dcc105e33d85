"""Reads the plain form that a browser without JavaScript posts, and decides which page comes next.

Field names are those of the API, such as `answers.age` and `contact.phone`.
`step` is the id of the posted page, and `asked` lists its questions.
Hidden inputs repeat the fields of other pages, because the server keeps no state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from shared.domain.errors import FieldProblem
from shared.domain.intake.attribution import ATTRIBUTION, Fields, clean_attribution, first_of
from shared.domain.rules.condition import Facts, questions_of
from shared.domain.rules.questionnaire import Answer, Page, Question, Questionnaire

CALLBACK_STEP = "callback"  # the `step` of the callback form ("Just call me")
WHOLE = "all"  # the `step` of a form that shows every question on one page
ANSWERS, CONTACT, CONSENTS = "answers.", "contact.", "consents."
SHOWN = "consents_shown."  # prefix of fields that hold the hash of the consent text that was shown
CARRIED = (
    "submission_id",
    "questionnaire",
    "version",
    "language",
    "token",
    "page",
    "return_to",
    "minor_notice_shown",
    "checking",  # set while the visitor changes an answer after the "check" page
    "website",
)
NOT_TICKED = frozenset({"", "0", "no", "off", "false"})
IN_EMERGENCY = ("name", "phone")
IN_CALLBACK = ("name", "phone", "best_time")
SOMEBODY_ELSE = "for-somebody-else"  # the condition that holds if somebody fills in the form for the patient
CheckContact = Callable[[Mapping[str, str]], tuple[FieldProblem, ...]]
MOST_SCALE = 10


def is_scale(question: Question) -> bool:
    """Returns whether a question is shown as a row of number buttons."""
    return question.type == "integer" and (question.maximum or 0) - (question.minimum or 0) <= MOST_SCALE


def unanswered(question: Question) -> str:
    if not question.required:
        return ""
    return "Choose a number." if is_scale(question) else _MISSING[question.type]


def invalid(question: Question) -> str:
    """Returns the error for an invalid answer. {used} is the length of the answer in characters."""
    if question.type == "integer":
        return "Enter a whole number from {low} to {high}."
    if question.type == "text":
        return "Please use {limit} characters or fewer. You have used {used}."
    return "Please check this answer."


@dataclass(frozen=True)
class FilledForm:
    fields: Fields
    questionnaire: Questionnaire

    @cached_property
    def facts(self) -> Facts:
        valid = {
            code: answer
            for code, answer in self._given()
            if (question := self.questionnaire.questions.get(code)) and question.problem(answer) is None
        }
        return self.questionnaire.facts(valid)

    def first(self, name: str) -> str:
        return first_of(self.fields, name)

    def typed(self, name: str) -> tuple[str, ...]:
        return self.fields.get(name, ())

    @property
    def step(self) -> str:
        """The id of the posted page, or WHOLE, or CALLBACK_STEP; "" for a form on another site."""
        step = self.first("step")
        return step if step in (WHOLE, CALLBACK_STEP) or step in self.questionnaire.page_ids else ""

    @property
    def wanted(self) -> str:
        """The id of the page that the pressed `back` or `show` button leads to; "" for other buttons."""
        step = self.first("back") or self.first("show")
        return step if step in (WHOLE, CALLBACK_STEP) or step in self.questionnaire.page_ids else ""

    @property
    def next_step(self) -> str:
        ids = self.questionnaire.page_ids
        return ids[min(ids.index(self.step) + 1, len(ids) - 1)] if self.step in ids else WHOLE

    @property
    def in_emergency(self) -> bool:
        return bool(self.first("emergency"))

    @property
    def minor(self) -> bool:
        return self.questionnaire.contact.hidden_when.holds(self.facts)

    @property
    def for_somebody_else(self) -> bool:
        condition = self.questionnaire.definitions.get(SOMEBODY_ELSE)
        return condition is not None and condition.holds(self.facts)

    @property
    def asks_for_call(self) -> bool:
        return self.step == CALLBACK_STEP

    def pages(self, step: str) -> tuple[Page, ...]:
        if step == CALLBACK_STEP:
            return self.questionnaire.form_pages[:1]
        return tuple(page for page in self.questionnaire.form_pages if step in (page.id, WHOLE, ""))

    def is_due(self, question: Question) -> bool:
        return question.shown_when is None or question.shown_when.holds(self.facts)

    def due(self, step: str) -> tuple[Question, ...]:
        return tuple(question for page in self.pages(step) for question in page.questions if self.is_due(question))

    @property
    def asked(self) -> frozenset[str]:
        return frozenset(self.typed("asked"))

    @property
    def not_asked_yet(self) -> tuple[Question, ...]:
        """The questions on the page that the visitor's answers made visible."""
        return tuple(
            question
            for question in self.due(self.step)
            if question.code not in self.asked and self.answer(question) is None
        )

    def answer(self, question: Question) -> Answer | None:
        given = [text for text in self.typed(ANSWERS + question.code) if text.strip()]
        if not given:
            return None
        if question.type == "choice-many" or len(given) > 1:
            return given
        text = given[0].strip()
        if question.type == "integer" and text.isdecimal() and len(text) < len("1000000"):  # digits of any script
            return int(text)
        return text

    def _given(self) -> Iterator[tuple[str, Answer]]:
        for name, texts in self.fields.items():
            code = name.removeprefix(ANSWERS)
            if code == name:
                continue
            question = self.questionnaire.questions.get(code)
            answer: Answer | None = self.answer(question) if question else texts[0]
            if answer is not None:
                yield code, answer

    def answers(self) -> dict[str, Answer]:
        """Returns the answers. A form with several pages leaves out answers to hidden questions."""
        paged = self.step not in ("", WHOLE)
        questions = self.questionnaire.questions
        return {
            code: answer
            for code, answer in self._given()
            if not (paged and code in questions and not self.is_due(questions[code]))
        }

    def answers_to_screen(self, *, texts: bool) -> dict[str, Answer]:
        """Returns the valid answers for the safety check.

        Omits an answer while a required question that depends on the answer is unanswered.
        Otherwise, the rules would assume the worst answer to that question.
        """
        unfinished = {
            code
            for page in (self.pages(self.step) if self.step else ())
            for question in page.questions
            if question.shown_when and question.required and self.is_due(question) and self.answer(question) is None
            for code in questions_of(question.shown_when) & {asked.code for asked in page.questions}
        }
        questions = self.questionnaire.questions
        return {
            code: answer
            for code, answer in self.answers().items()
            if code in questions
            and code not in unfinished
            and (texts or questions[code].type != "text")
            and questions[code].problem(answer) is None
        }

    def consents_to(self, consent: str) -> bool:
        return any(text.strip().lower() not in NOT_TICKED for text in self.typed(CONSENTS + consent))

    def submission(self, submission_id: UUID, page: str) -> dict[str, Any]:
        """`page` is the URL of the form, used if the form does not post its own."""
        content: dict[str, Any] = {
            "submission_id": submission_id,
            "questionnaire": self._version,
            "answers": self.answers(),
            "language": self.questionnaire.language,
            "page": self.first("page") or page or None,
            "token": self.first("token") or None,
            "consents_shown": {
                consent.code: self.first(SHOWN + consent.code)
                for consent in self.questionnaire.contact.consents
                if self.first(SHOWN + consent.code)
            },
            "website": self.first("website") or None,
        }
        if attribution := clean_attribution({name: self.first(name) for name in ATTRIBUTION}):
            content["attribution"] = attribution
        if not self.minor:
            content["contact"] = self._contact() or None
            content["consents"] = {
                consent.code: self.consents_to(consent.code) for consent in self.questionnaire.contact.consents
            }
        return content

    def readable(self) -> dict[str, Any]:
        """Returns the parts of the form that can reveal an emergency."""
        return {"questionnaire": self._version, "answers": self.answers(), "language": self.questionnaire.language}

    def added_answers(self) -> dict[str, Any]:
        return {
            "questionnaire": self._version,
            "answers": self.answers(),
            "token": self.first("token") or None,
        }

    @property
    def _version(self) -> dict[str, str]:
        return {"id": self.questionnaire.id, "version": self.first("version") or self.questionnaire.version}

    @property
    def submission_id(self) -> UUID | None:
        try:
            return UUID(self.first("submission_id"))
        except ValueError:
            return None

    def _contact(self) -> dict[str, str]:
        return {
            name.removeprefix(CONTACT): texts[0].strip()
            for name, texts in self.fields.items()
            if name.startswith(CONTACT) and texts[0].strip()
        }

    def problems(self, check_contact: CheckContact) -> tuple[FieldProblem, ...]:
        """Returns the problems of the posted page, which may include the contact details."""
        found = tuple(self._problems_of(question for question in self.due(self.step) if question.code in self.asked))
        if self.step != self.questionnaire.page_ids[-1] or not self.asked:
            return found
        return found + self._all_contact_problems(check_contact)

    def incomplete_page(self, check_contact: CheckContact) -> str:
        ids = self.questionnaire.page_ids
        wrong = (page for page in ids if next(self._problems_of(self.due(page)), None))
        return next(wrong, "") or (ids[-1] if self._all_contact_problems(check_contact) else "")

    def _all_contact_problems(self, check_contact: CheckContact) -> tuple[FieldProblem, ...]:
        if self.minor:
            return ()
        missing = tuple(self._contact_problems())
        known = {problem.pointer for problem in missing}
        return missing + tuple(problem for problem in check_contact(self._contact()) if problem.pointer not in known)

    def problems_at_the_end(self) -> tuple[FieldProblem, ...]:
        """Returns the problems on the page from which the visitor sends the form.

        A form on another site is not checked, because it may require less than the clinic's form.
        """
        if self.in_emergency:
            return tuple(self._emergency_contact_problems())
        if not self.step:
            return ()
        found = list(self._problems_of(self.due(self.step)))
        return tuple(found if self.minor else [*found, *self._contact_problems()])

    def _problems_of(self, questions: Iterable[Question]) -> Iterator[FieldProblem]:
        for question in questions:
            sentence, limits = self._problem_of(question)
            if sentence:
                yield FieldProblem(f"/answers/{question.code}", sentence, limits)

    def _problem_of(self, question: Question) -> tuple[str, Mapping[str, int]]:
        answer = self.answer(question)
        if answer is None:
            return unanswered(question), {}
        if question.problem(answer) is None:
            return "", {}
        used = len(answer) if isinstance(answer, str) else 0
        return invalid(question), question.limits | {"used": used}

    def _contact_problems(self) -> Iterator[FieldProblem]:
        given = self._contact()
        phone, email, preference = given.get("phone"), given.get("email"), given.get("preference")
        for entry in self.questionnaire.contact.fields:
            if entry.required and entry.code not in ("phone", "email") and entry.code not in given:
                yield FieldProblem(f"/contact/{entry.code}", "Please fill this in.")
        if not phone and self.asks_for_call:
            yield FieldProblem("/contact/phone", "Enter a phone number.")
        elif not phone and not email:
            yield FieldProblem("/contact/phone", "Enter a phone number or an e-mail address.")
        elif not phone and preference in ("call", "text"):
            yield FieldProblem("/contact/phone", "Enter a phone number, or choose e-mail below.")
        elif not email and preference == "email":
            yield FieldProblem("/contact/email", "Enter an e-mail address, or choose call or text below.")
        yield from self._consent_problems()
        if preference == "text" and phone and not self.consents_to("sms"):
            yield FieldProblem("/consents/sms", "Check this box so that we can text you, or choose a call above.")

    def _emergency_contact_problems(self) -> Iterator[FieldProblem]:
        if not self._contact().get("phone"):
            yield FieldProblem("/contact/phone", "Enter a phone number.")
        yield from self._consent_problems()

    def _consent_problems(self) -> Iterator[FieldProblem]:
        for consent in self.questionnaire.contact.consents:
            if consent.required and not self.consents_to(consent.code):
                yield FieldProblem(f"/consents/{consent.code}", "Check this box so that we can contact you.")

    def page_of(self, problems: Collection[FieldProblem]) -> str:
        """The contact details are on the last page."""
        if self.step in ("", WHOLE, CALLBACK_STEP):
            return self.step
        wrong = {problem.pointer for problem in problems}
        for page in self.questionnaire.form_pages:
            if any(f"/answers/{question.code}" in wrong for question in page.questions):
                return page.id
        return self.questionnaire.page_ids[-1]

    def carried(self, drawn: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yields the fields that the next page keeps in hidden inputs.

        drawn: the names of the fields that the next page shows as inputs.
        """
        for name, texts in self.fields.items():
            if name in drawn:
                continue
            if name in CARRIED or name in ATTRIBUTION:
                yield name, texts[0]
            elif name.startswith((ANSWERS, CONTACT, CONSENTS, SHOWN)) and self._still_counts(name):
                yield from ((name, text) for text in texts if text.strip())

    def _still_counts(self, name: str) -> bool:
        question = self.questionnaire.questions.get(name.removeprefix(ANSWERS))
        return question is None or self.step in ("", WHOLE) or self.is_due(question)


_MISSING = {
    "integer": "Enter a number.",
    "choice-many": "Check at least one box.",
    "choice-one": "Choose one answer.",
    "text": "Please fill this in.",
}
