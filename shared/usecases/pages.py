"""What is shown to anybody: the questionnaire and the pages."""

from __future__ import annotations

from typing import Protocol, TypeVar

from shared.domain.errors import NotFound
from shared.domain.rules.triage import RuleSet
from shared.usecases.ports import RuleSets

F_co = TypeVar("F_co", covariant=True)


class Files(Protocol[F_co]):
    def get(self, name: str, /) -> F_co:
        """The file of that name. Raises NotFound."""


def show_questionnaire(questionnaire_id: str, language: str, rule_sets: RuleSets) -> RuleSet:
    """The questionnaire with its rule set, in that language where there is a translation. Raises NotFound."""
    rule_set = rule_sets.of(questionnaire_id, language)
    if rule_set is None:
        raise NotFound
    return rule_set


def home_page(language: str) -> str:
    """The name of the hosted form's page in that language."""
    return f"index.{language}.html" if language not in ("", "en") else "index.html"


def show_page(name: str, files: Files[F_co]) -> F_co:
    """A file of the hosted form. Raises NotFound."""
    return files.get(name)
