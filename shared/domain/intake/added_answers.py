"""Defines the answers that the page after Send posts."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.errors import FieldProblem
from shared.domain.intake.fields import AnswerMap, Token
from shared.domain.intake.screening import QuestionnaireVersion
from shared.domain.model import Model
from shared.domain.rules.questionnaire import Answers, Questionnaire


class AddedAnswers(Model):
    questionnaire: QuestionnaireVersion
    answers: AnswerMap
    token: Token = None

    def readable(self, questionnaire: Questionnaire) -> Answers:
        """Drops answers to another version that are invalid in `questionnaire`."""
        return self.answers if self._is_current(questionnaire) else questionnaire.readable(self.answers)

    def problems(self, questionnaire: Questionnaire) -> Iterator[FieldProblem]:
        if self.questionnaire.id != questionnaire.id:
            yield FieldProblem("/questionnaire/id", "The form was sent with another questionnaire.")
        answers = self.readable(questionnaire)
        yield from questionnaire.problems(answers)
        for code in answers:
            if code in questionnaire.questions and code not in questionnaire.asked_after_send:
                yield FieldProblem(f"/answers/{code}", "This question cannot be answered after the form was sent.")

    def _is_current(self, questionnaire: Questionnaire) -> bool:
        return self.questionnaire.version == questionnaire.version
