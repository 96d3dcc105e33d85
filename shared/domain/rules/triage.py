"""Triages answers with a rule set, which gives a tier, a fit score and reasons.

A safety rule sets a floor, which is the least urgent tier that a lead may have.
The most urgent floor counts, unless a not-fit rule fires that names this tier in `overrides`.
If neither kind of rule fires, the fit score decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from shared.domain.opening_hours import Span
from shared.domain.rules.condition import FORM, Condition, Facts, options_needed, questions_of
from shared.domain.rules.questionnaire import Answers, Questionnaire

SEEK_EMERGENCY_CARE = "seek-emergency-care"
NOT_A_FIT = "not-a-fit"


class LadderStep(NamedTuple):
    """An escalation level.

    after: from the lead's arrival, or from a restart of its alerts, until the level is due.
    audience: who gets the alert: desk, clinician or manager.
    """

    after: Span
    audience: str


class Response(NamedTuple):
    clinic_does: str
    ladder: tuple[LadderStep, ...]


class FollowUp(NamedTuple):
    """The time limits for the owner of a lead.

    call: how long the owner has to call, after taking the lead or after the planned time of a repeat call.
    remind: from taking the lead until the owner is reminded of the first call.
    again: the waits after the first unanswered call, after the second, and so on.
    decide: from reaching the patient, or from the last call, until the owner must book or close the lead.
    release: from giving back the lead until its alerts restart.
    """

    call: Span
    remind: Span
    again: tuple[Span, ...]
    decide: Span
    release: Span


class Tier(NamedTuple):
    """A level of urgency, and how the clinic handles leads of that level.

    rank: 0 is the most urgent.
    safety: whether the clinic calls whatever the patient prefers. Only a clinician may close such a lead as not a fit.
    after_safety_rule: replaces `usual` for a lead on which a safety rule fired.
    """

    name: str
    rank: int
    safety: bool
    disposition: str
    marketing: bool
    usual: Response
    after_safety_rule: Response | None
    message: str | None
    deadline: Span | None
    follow_up: FollowUp

    @property
    def escalates(self) -> bool:
        return bool(self.usual.ladder)

    def response(self, *, safety_rule: bool) -> Response:
        return (safety_rule and self.after_safety_rule) or self.usual


class Citation(NamedTuple):
    """A source that a rule cites.

    mark: V if we read the source, S if a secondary source states it, M if we did not check it, D for our own design.
    """

    key: str
    note: str
    mark: str

    def __str__(self) -> str:
        text = f"{self.key} ({self.note})" if self.key and self.note else self.key or self.note
        return f"{text} [{self.mark}]"


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that fired, as stored with the lead, because rule sets change."""

    id: str
    reason: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    id: str
    reason: str
    citations: tuple[Citation, ...]
    when: Condition

    @cached_property
    def needs(self) -> frozenset[tuple[str, str]] | None:
        return options_needed(self.when)

    @cached_property
    def fired(self) -> FiredRule:
        return FiredRule(id=self.id, reason=self.reason, sources=tuple(map(str, self.citations)))


@dataclass(frozen=True)
class SafetyRule(Rule):
    """A rule that sets a floor, which is the least urgent tier that a lead may have.

    red_flag: False if the rule can fire without a worrying answer, for example on a missing answer.
    marketing: False to forbid marketing to the lead, whatever its tier.
    """

    floor: str
    message: str | None
    red_flag: bool
    marketing: bool = True


@dataclass(frozen=True)
class NotFitRule(Rule):
    """A rule for leads that are not a fit for the clinic.

    overrides: names of tiers whose floor the rule overrides; None if every safety rule takes precedence.
    """

    tier: str
    message: str
    overrides: frozenset[str] | None


@dataclass(frozen=True)
class FitRule(Rule):
    points: int


class Fit(NamedTuple):
    cap: int
    at_least: int
    tier: str
    below: str
    rules: tuple[FitRule, ...]


class Message(NamedTuple):
    """A message of advice for patients, whose texts may contain {deadline}.

    closed_text: the text while the clinic is closed; None to use `text`.
    no_number_text: the text if the clinic will not call; None to use `text`.
    instead_of: the id of a message that this message includes, and so replaces.
    alone: True to leave out the safety-net message.
    """

    id: str
    text: str
    closed_text: str | None = None
    no_number_text: str | None = None
    instead_of: str | None = None
    alone: bool = False


class Source(NamedTuple):
    key: str
    text: str
    supports: str
    mark: str
    mark_note: str


class Change(NamedTuple):
    """An entry of a rule set's change log. `on` is an ISO date."""

    version: str
    on: str
    what: str
    by: str


class RuleSet(NamedTuple):
    """A questionnaire with its rules, tiers and messages.

    content_hash: SHA-256 (hex) of the rule files and the free-text search, without the physician's signatures.
    net: the id of the safety-net message.
    """

    id: str
    version: str
    changes: tuple[Change, ...]
    content_hash: str
    approved_by: str
    approved_on: str
    questionnaire: Questionnaire
    tiers: Mapping[str, Tier]
    safety: tuple[SafetyRule, ...]
    not_fit: tuple[NotFitRule, ...]
    fit: Fit
    tags: tuple[Rule, ...]
    messages: Mapping[str, Message]
    net: str
    minor: Condition
    scoring_failure: SafetyRule
    definitions: Mapping[str, Condition]
    sources: Mapping[str, Source]

    @property
    def messages_at_once(self) -> Mapping[tuple[str, str], str]:
        """(question code, option code) -> id of the emergency message to show when the option is chosen."""
        most_urgent = min(self.tiers.values(), key=lambda tier: tier.rank).name
        found: dict[tuple[str, str], str] = {}
        for rule in self.safety:
            asked = questions_of(rule.when)
            if rule.floor != most_urgent or rule.message is None or len(asked) != 1:
                continue
            (code,) = asked
            for option in self.questionnaire.questions[code].options:
                facts = Facts()
                facts.chosen[code] = frozenset((option.code,))
                if rule.when.holds(facts):
                    found.setdefault((code, option.code), rule.message)
        return found


@dataclass(frozen=True, slots=True)
class TriageResult:
    tier: str
    safety_rules: tuple[FiredRule, ...]
    not_fit_rules: tuple[FiredRule, ...]
    fit_score: int
    fit_rules: tuple[FiredRule, ...]
    tags: tuple[FiredRule, ...]
    minor: bool
    marketing_allowed: bool
    messages: tuple[str, ...]
    rule_set: str
    rule_set_version: str
    content_hash: str
    failed: bool = False  # True if the answers could not be scored completely (OPS-03)


def triage(
    rule_set: RuleSet,
    answers: Answers,
    last_page: str | None = None,
    also: tuple[SafetyRule, ...] = (),
    *,
    door: str = FORM,
) -> TriageResult:
    """Scores valid answers with a rule set.

    last_page: the id of the last page that the visitor completed; None for all pages.
    also: safety rules that fire whatever the answers are.
    """
    facts = rule_set.questionnaire.facts(answers, last_page, door=door)
    minor = rule_set.minor.holds(facts)
    chosen = facts.options
    safety = [
        rule
        for rule in rule_set.safety
        if (rule.needs is None or not rule.needs.isdisjoint(chosen)) and rule.when.holds(facts)
    ]
    safety += also
    not_fit = [
        rule for rule in rule_set.not_fit if (rule.overrides is not None or not safety) and rule.when.holds(facts)
    ]
    fit = [rule for rule in rule_set.fit.rules if rule.when.holds(facts)]
    fit_score = min(sum(rule.points for rule in fit), rule_set.fit.cap)
    tier = _tier(rule_set, safety, not_fit, fit_score)
    return _result(
        rule_set,
        tier,
        safety,
        not_fit,
        fit,
        fit_score=fit_score,
        tags=[rule for rule in rule_set.tags if rule.when.holds(facts)],
        minor=minor,
    )


def triage_after_failure(
    rule_set: RuleSet, answers: Answers, last_page: str | None = None, *, door: str = FORM
) -> TriageResult:
    """Scores answers that `triage` cannot score (OPS-03).

    Readable answers still count, and the scoring-failure rule fires.
    """
    failure = rule_set.scoring_failure
    readable = rule_set.questionnaire.readable(answers)
    try:
        return triage(rule_set, readable, last_page, also=(failure,), door=door)
    except Exception:  # noqa: BLE001  if the rules themselves fail, only the scoring-failure rule counts
        minor = rule_set.minor.holds(rule_set.questionnaire.facts(readable, door=door))
        return _result(rule_set, rule_set.tiers[failure.floor], [failure], [], [], fit_score=0, tags=[], minor=minor)


def _tier(rule_set: RuleSet, safety: list[SafetyRule], not_fit: list[NotFitRule], fit_score: int) -> Tier:
    floor = min((rule_set.tiers[rule.floor] for rule in safety), key=lambda tier: tier.rank, default=None)
    for rule in not_fit:
        if floor is None or floor.name in (rule.overrides or ()):
            return rule_set.tiers[rule.tier]
    if floor is not None:
        return floor
    return rule_set.tiers[rule_set.fit.tier if fit_score >= rule_set.fit.at_least else rule_set.fit.below]


def _result(
    rule_set: RuleSet,
    tier: Tier,
    safety: list[SafetyRule],
    not_fit: list[NotFitRule],
    fit: list[FitRule],
    *,
    fit_score: int,
    tags: list[Rule],
    minor: bool,
) -> TriageResult:
    return TriageResult(
        tier=tier.name,
        safety_rules=_fired(safety),
        not_fit_rules=_fired(not_fit),
        fit_score=fit_score,
        fit_rules=_fired(fit),
        tags=_fired(tags),
        minor=minor,
        marketing_allowed=tier.marketing and not minor and all(rule.marketing for rule in safety),
        messages=_messages(rule_set, tier, safety, not_fit, minor),
        rule_set=rule_set.id,
        rule_set_version=rule_set.version,
        content_hash=rule_set.content_hash,
        failed=rule_set.scoring_failure in safety,
    )


def _fired(rules: Iterable[Rule]) -> tuple[FiredRule, ...]:
    return tuple(rule.fired for rule in sorted(rules, key=lambda rule: rule.id))


def _messages(
    rule_set: RuleSet, tier: Tier, safety: list[SafetyRule], not_fit: list[NotFitRule], minor: bool
) -> tuple[str, ...]:
    """Messages of safety rules that set the tier come first, the safety-net message last."""
    ids = [rule.message for rule in safety if rule.floor == tier.name and rule.message]
    if not_fit and (minor or not safety):
        ids.append(not_fit[0].message)
    elif not ids and tier.message:
        ids.append(tier.message)
    if not any(rule_set.messages[message].alone for message in ids):
        ids.append(rule_set.net)
    replaced = {rule_set.messages[message].instead_of for message in ids}
    return tuple(dict.fromkeys(message for message in ids if message not in replaced))


def red_flag(rule_set: RuleSet, result: TriageResult) -> bool:
    """Returns whether a red flag fired.

    The floor of a red flag is more urgent than the best tier that a fit score gives.
    """
    fired = {rule.id for rule in result.safety_rules}
    if not fired:
        return False
    best_fit = rule_set.tiers[rule_set.fit.tier].rank
    rules = (*rule_set.safety, rule_set.scoring_failure)
    return any(rule.red_flag and rule.id in fired and rule_set.tiers[rule.floor].rank < best_fit for rule in rules)
