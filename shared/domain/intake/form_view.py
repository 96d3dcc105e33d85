"""Defines the next view of the plain form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil

from shared.domain.errors import FieldProblem
from shared.domain.intake.filled_form import CALLBACK_STEP, WHOLE, FilledForm
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.questionnaire import Page, Question

MINUTES = 0.5


@dataclass(frozen=True, slots=True)
class FormView:
    """The next view of the plain form.

    kind: "page", "follow-ups", "emergency" (advice), "minor" (the age notice), "check" (all answers, before Send) or
        "element" (the whole form, for the script of <lead-form>).
    at_once: (question code, option code) -> id of the message to show when the option is chosen.
    """

    form: FilledForm
    kind: str
    step: str
    problems: tuple[FieldProblem, ...] = ()
    messages: tuple[ShownMessage, ...] = ()
    at_once: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return self.step in ("", WHOLE)

    @property
    def last(self) -> bool:
        return self.whole or self.short or self.step == self.form.questionnaire.page_ids[-1]

    @property
    def short(self) -> bool:
        """True for the callback form."""
        return self.step == CALLBACK_STEP

    @property
    def number(self) -> int:
        return self.form.questionnaire.page_ids.index(self.step) + 1

    @property
    def minutes(self) -> int:
        """The minutes that the visitor still needs for the form."""
        return ceil((self.count - self.number + 1) * MINUTES)

    @property
    def count(self) -> int:
        return len(self.form.questionnaire.page_ids)

    def at(self, step: str) -> FormView:
        return replace(self, step=step)

    @property
    def sections(self) -> tuple[tuple[Page, tuple[Question, ...]], ...]:
        return tuple((page, tuple(filter(self._shows, page.questions))) for page in self.form.pages(self.step))

    def _shows(self, question: Question) -> bool:
        if self.whole:
            return True
        if self.kind != "follow-ups":
            return self.form.is_due(question)
        wrong = {problem.pointer for problem in self.problems}
        return f"/answers/{question.code}" in wrong if wrong else question in self.form.not_asked_yet
