"""Prepares the answers, the advice in English and the safety questions of a lead for staff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.domain.leads.lead import Lead
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.condition import FORM, options_of
from shared.domain.rules.questionnaire import Answer, Answers, Question
from shared.domain.rules.triage import RuleSet, SafetyRule, TriageResult
from shared.domain.spoken_time import in_english

UNSURE = "unsure"
SAFETY_PAGES = 4
# an instruction that makes sense on the form but not on the phone
HOW_TO_ANSWER = re.compile(r"Check all that apply\.|Marque todo lo que corresponda\.")


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer of the visitor, in words that staff can read.

    page: the title of the page; "" if the current questionnaire lacks the question.
    text: the wording of the question; its code if the wording is unknown.
    codes, answer: codes and labels of the chosen options; for other questions, what the visitor typed.
    positive: whether the answer may be a warning sign.
    """

    page: str
    question: str
    type: str
    text: str
    codes: tuple[str, ...]
    answer: tuple[str, ...]
    positive: bool


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A safety question that the patient skipped, could not answer, or was not asked.

    options: labels to read out, without "None" and "not sure".
    why: "not answered", "not sure" or "not asked".
    spoken_text, spoken_options: in the patient's language; empty if staff ask in English.
    """

    question: str
    text: str
    options: tuple[str, ...]
    why: str
    spoken_text: str = ""
    spoken_options: tuple[str, ...] = ()


def shown_answers(
    answers: Answers, triage: TriageResult, rule_set: RuleSet, retired: Mapping[str, str]
) -> Iterator[ShownAnswer]:
    """Yields the answers in the order of the questionnaire, then those to retired questions.

    retired: code -> former wording. Options have keys such as "question.option".
    """
    known = rule_set.questionnaire.questions
    fired = {rule.id for rule in triage.safety_rules}
    signs = _looked_for(rule for rule in rule_set.safety if rule.id in fired)
    for page in rule_set.questionnaire.pages:
        for question in page.questions:
            if question.code in answers:
                yield _answer(page.title, question, answers[question.code], signs, retired)
    for code, answer in answers.items():
        if code not in known:
            codes = _codes(answer)
            words = tuple(retired.get(f"{code}.{option}", option) for option in codes)
            yield ShownAnswer("", code, "", retired.get(code, code), codes, words, positive=False)


def open_questions(lead: Lead, rule_set: RuleSet, translation: RuleSet | None) -> Iterator[OpenQuestion]:
    """Yields the safety questions that staff should ask on the phone.

    translation: the rule set in the patient's language; None to ask in English.
    """
    spoken = translation.questionnaire.questions if translation else {}
    first_pages = rule_set.questionnaire.pages[:SAFETY_PAGES] if lead.door != FORM else ()
    not_asked = {question.code for page in first_pages for question in page.questions if question.required}
    facts = rule_set.questionnaire.facts(lead.submitted.answers, door=lead.door)
    counts = _looked_for(rule_set.safety)
    for question in rule_set.questionnaire.questions.values():
        shown = question.shown_when is None or question.shown_when.holds(facts)
        if not shown or not ((question.code, UNSURE) in counts or question.code in not_asked):
            continue
        given = lead.submitted.answers.get(question.code)
        if given is not None and UNSURE not in _codes(given):
            continue
        skipped = "not asked" if question.code in not_asked else "not answered"
        in_their_words = spoken.get(question.code)
        yield OpenQuestion(
            question=question.code,
            text=_asked(question),
            options=_read_out(question),
            why=skipped if given is None else "not sure",
            spoken_text=_asked(in_their_words) if in_their_words else "",
            spoken_options=_read_out(in_their_words) if in_their_words else (),
        )


def _asked(question: Question) -> str:
    return HOW_TO_ANSWER.sub("", question.text).strip()


def _read_out(question: Question) -> tuple[str, ...]:
    return tuple(o.label for o in question.options if not o.exclusive and o.code != UNSURE)


def advice_in_english(shown: ShownMessage, translation: RuleSet, original: RuleSet) -> str:
    """Returns the English text of a message that the patient saw; "" if the message has changed since.

    original: the same rule set in English.
    """
    ours, theirs = translation.messages.get(shown.id), original.messages.get(shown.id)
    if ours is None or theirs is None:
        return ""
    variants = (
        (ours.text, theirs.text),
        (ours.closed_text, theirs.closed_text),
        (ours.no_number_text, theirs.no_number_text),
    )
    for text, english in variants:
        if text is None or english is None:
            continue
        pattern = re.escape(text).replace(re.escape("{deadline}"), "(?P<deadline>.+)")
        if found := re.fullmatch(pattern, shown.text):
            return english.replace("{deadline}", in_english(found.groupdict().get("deadline", "")))
    return ""


def _looked_for(rules: Iterable[SafetyRule]) -> frozenset[tuple[str, str]]:
    return frozenset[tuple[str, str]]().union(*(options_of(rule.when) for rule in rules))


def _answer(
    page: str, question: Question, answer: Answer, signs: frozenset[tuple[str, str]], retired: Mapping[str, str]
) -> ShownAnswer:
    labels = {option.code: option.label for option in question.options}
    codes = _codes(answer)
    gone = [code for code in codes if question.options and code not in labels]
    labels |= {code: retired.get(f"{question.code}.{code}", code) for code in gone}
    return ShownAnswer(
        page=page,
        question=question.code,
        type=question.type,
        text=question.text,
        codes=codes,
        answer=tuple(labels.get(code, code) for code in codes),
        positive=bool(gone) or any((question.code, code) in signs for code in codes),
    )


def _codes(answer: Answer) -> tuple[str, ...]:
    return tuple(answer) if isinstance(answer, list) else (str(answer),)
