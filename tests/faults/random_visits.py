"""Makes the submissions of simulated visitors, and caches the triage results."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from shared.domain.intake.added_answers import AddedAnswers
from shared.domain.intake.spam_signs import Sign
from shared.domain.intake.submission import Submission
from shared.domain.rules.condition import FORM, Condition, options_of
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import RuleSet, TriageResult
from shared.usecases.scoring import score
from tests.domain.answer_sets import HEALTHY
from tests.leads import varied

ANSWERS: tuple[dict[str, Any], ...] = (
    HEALTHY,
    HEALTHY | {"sys": ["fever"], "change": "yes"},
    HEALTHY | {"em-now": ["chest-pressure"]},
    HEALTHY | {"ces": ["saddle-numb"], "ces-onset": "lt2w"},
    HEALTHY | {"dx": ["foraminal-stenosis"], "imaging": "mri-ct", "tx": ["pt"], "duration": "gt6m"},
    HEALTHY | {"region": ["other"]},
    {},
    {code: HEALTHY[code] for code in ("age", "who", "region")},
    HEALTHY | {"age": 16, "who": "guardian"},  # the service stores no data of minors
)
CALLS = (2, 6)
ADDED = AddedAnswers.model_validate(
    {"questionnaire": {"id": "fs-intake", "version": "2.0.0"}, "answers": {"fn": "lot", "dx": ["scoliosis"]}}
)
# `content` of a form: n is finished with ANSWERS[n], ~n is unfinished with ANSWERS[n], and -1 has no answers.
UNFINISHED = -1
SIGNS = (frozenset({Sign.GOOD_PROOF}), frozenset({Sign.NO_PROOF, Sign.NO_TOKEN}))


@cache
def _checked(content: int) -> Submission:
    finished = content >= 0
    return Submission.model_validate(
        {
            "submission_id": UUID(int=0, version=4),
            "questionnaire": {"id": "fs-intake", "version": "2.0.0"},
            "answers": ANSWERS[content] if finished else {} if content == UNFINISHED else ANSWERS[~content],
            "contact": {"phone": "+13125550142"},
            "consents": {"contact": True},
            "complete": finished,
        }
    )


_SCORES: dict[tuple[int, str], TriageResult] = {}
_OPTIONS: dict[int, frozenset[tuple[str, str]]] = {}


def cached_score(rule_set: RuleSet, answers: Answers, version: str, *, door: str = FORM) -> TriageResult:
    """Replaces `score`. The id() of the answers is a safe key, because `_checked` keeps the answers alive."""
    if (id(answers), door) not in _SCORES:
        _SCORES[id(answers), door] = score(rule_set, answers, version, door=door)
    return _SCORES[id(answers), door]


def cached_options(condition: Condition) -> frozenset[tuple[str, str]]:
    """Replaces `options_of`. The id() of the condition is a safe key, because RULEBOOK keeps the condition alive."""
    if id(condition) not in _OPTIONS:
        _OPTIONS[id(condition)] = options_of(condition)
    return _OPTIONS[id(condition)]


def form(content: int, lead_id: UUID, number: str = "") -> Submission:
    form = varied(_checked(content), submission_id=lead_id)
    return varied(form, contact=varied(form.contact, phone=number)) if number else form


def number_of(lead_id: UUID) -> str:
    """Returns one of 70,000 phone numbers."""
    return f"+1{200 + lead_id.int % 700}55501{lead_id.int // 700 % 100:02}"
