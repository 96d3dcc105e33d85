"""Prints the whole rule set for the physician who signs it: `python -m dev.rulebook`, as Markdown or with --html.

The sheet is made from the loaded rules, so that the physician signs what runs. The content hash identifies the files.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt

from dev.free_text_sheet import free_text_sections
from shared.domain.opening_hours import Span
from shared.domain.rules.condition import (
    AllOf,
    Answered,
    AnyOf,
    AtLeastAmong,
    Between,
    Condition,
    Defined,
    Every,
    FromDoor,
    Mentions,
    NoneOf,
    NoneWithOthers,
    Not,
    Score,
    Scores,
    Some,
    questions_of,
)
from shared.domain.rules.questionnaire import Option, Question
from shared.domain.rules.triage import FitRule, Message, NotFitRule, Rule, RuleSet, SafetyRule, Tier
from shared.rulebook.free_text import FreeText
from shared.rulebook.loading import load

INTRODUCTION = """\
Intake and safety advice, not diagnosis. A physician signs every version before patients see it. Any change of a rule,
a question or a message is a new version, and is signed again.

- **The tier is the highest floor of the safety rules that fired.** A safety rule can only raise the tier. If none
  fired, a not-a-fit rule decides; if none of these fired either, the fit score does. Score and tier are never added.
- **Unknown is not safe.** A skipped follow-up counts as the option named with its question. A comparison with a number
  that was not given is false. An empty list of options counts as not answered.
- **'is not', 'is none of', 'has not' and 'has none of'** also hold if the question was not answered.
- **Positive beats 'none'.** If 'none' is ticked together with another option, 'none' is dropped; a rule can ask for it.
- **A hidden follow-up counts as not answered**, except for the options kept as positive safety answers.
- **Free text can only raise the tier.** What it denies, what is long past, and what happened to others should not.
- Evidence marks: [V] verified at the source, [S] stated by a secondary source, [M] not checked at a source, [D] our
  own design choice.
"""
PROTECTED = """\
45 CFR 92.210 asks a clinic to know where a decision support tool uses age, sex or disability. Every rule that reads the
age, a pregnancy or an illness is listed here, also if it reads it through a definition or to stay silent. The reason is
the medical one that staff read. A safety rule can only raise the tier.
"""
PROTECTED_QUESTIONS = ("age", "preg", "preg-signs", "sys")
STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1f24; margin: 2rem auto; max-width: 82rem; padding: 0 1rem; }
h1 { margin-bottom: .3rem; } h2 { margin-top: 2.5rem; border-bottom: 2px solid #d0d7de; padding-bottom: .2rem; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; }
th, td { border: 1px solid #d0d7de; padding: .45rem .6rem; text-align: left; vertical-align: top; }
th { background: #eef2f6; position: sticky; top: 0; } tbody tr:nth-child(even) { background: #f8fafc; }
thead:has(th:empty) { display: none; } tr { scroll-margin-top: 4rem; }
tr:target { outline: 3px solid #b35900; }
code { font: .86em ui-monospace, monospace; white-space: nowrap; } a { color: #0b57a4; }
pre code { white-space: pre-wrap; } pre { background: #f3f5f7; padding: .6rem; }
td:first-child code { font-weight: 600; }
.EMERGENCY { background: #fbdada; } .URGENT { background: #ffe8cc; } .PRIORITY { background: #fdf6c8; }
.EMERGENCY, .URGENT, .PRIORITY, .ROUTINE, .NOT_A_FIT { font-weight: 600; }
@media print {
  body { font-size: 10px; margin: 0; max-width: none; } th { position: static; } tr { break-inside: avoid; }
}
"""


class Sheet:
    """A sheet that shows the rule set as Markdown, section by section."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        self.questions = rule_set.questionnaire.questions
        self.rules: tuple[Rule, ...] = (*rule_set.safety, *rule_set.not_fit, *rule_set.fit.rules, *rule_set.tags)

    def markdown(self) -> str:
        return "\n\n".join(self._sections()) + "\n"

    def _sections(self) -> Iterator[str]:
        rule_set, questionnaire = self.rule_set, self.rule_set.questionnaire
        yield f"# Rule set {rule_set.id} {rule_set.version}"
        yield table(("", ""), self._identity())
        yield INTRODUCTION
        yield "## Tiers, most urgent first"
        yield table(
            (
                "Tier",
                "The page tells the patient",
                "The clinic does",
                "Deadline",
                "Alerts until acknowledged",
                "Marketing",
            ),
            map(self._tier, sorted(rule_set.tiers.values(), key=lambda tier: tier.rank)),
        )
        yield "## Safety rules"
        yield table(
            ("Rule", "Fires when", "Floor", "Reason shown to staff", "Message to the patient", "Sources"),
            (
                (
                    code(rule.id),
                    self.words(rule.when),
                    code(rule.floor),
                    text(rule.reason)
                    + ("" if rule.red_flag else "<br>(not a red flag itself)")
                    + (
                        "" if rule.marketing else "<br>(marketing = false: never used for marketing, whatever the tier)"
                    ),
                    code(rule.message) if rule.message else "the message of its tier, if no other rule has one",
                    sources(rule),
                )
                for rule in rule_set.safety
            ),
        )
        failure = rule_set.scoring_failure
        yield (
            f"If scoring itself fails, rule `{failure.id}` applies: floor `{failure.floor}`, message "
            f"`{failure.message}`, reason shown to staff: {text(failure.reason)}. {sources(failure)}."
        )
        yield "## Rules that read a protected trait"
        yield PROTECTED
        yield table(("Rule", "Reads", "Floor", "Reason"), self._protected())
        yield "## Not-a-fit rules"
        yield "The first that fires determines the message."
        yield table(
            ("Rule", "Fires when", "Tier", "Beside safety rules", "Reason", "Message to the patient", "Sources"),
            (
                (
                    code(rule.id),
                    self.words(rule.when),
                    code(rule.tier),
                    "silent when any safety rule fired"
                    if rule.overrides is None
                    else f"beats {listed(map(code, sorted(rule.overrides)))}, never a higher floor",
                    text(rule.reason),
                    code(rule.message),
                    sources(rule),
                )
                for rule in rule_set.not_fit
            ),
        )
        yield "## Fit score"
        fit = rule_set.fit
        yield (
            f"Points add up to {fit.cap} at most. They count only if no safety rule and no not-a-fit rule fired: "
            f"from {fit.at_least} points `{fit.tier}`, below that `{fit.below}`. The weights and the threshold are "
            f"design choices [D], not validated; they only order the call list."
        )
        yield table(
            ("Rule", "Points", "Fires when", "Reason", "Sources"),
            ((code(r.id), f"+{r.points}", self.words(r.when), text(r.reason), sources(r)) for r in fit.rules),
        )
        yield "## Tags for staff, without effect on the tier"
        yield table(
            ("Tag", "Fires when", "Note to staff", "Sources"),
            ((code(tag.id), self.words(tag.when), text(tag.reason), sources(tag)) for tag in rule_set.tags),
        )
        for score in self._scores():
            yield f"## Score {score.name}"
            yield text(score.text)
            yield table(("Points", "When"), ((f"{points:+}", self.words(when)) for points, when in score.items))
        yield "## Definitions"
        minor = next(name for name, condition in rule_set.definitions.items() if condition is rule_set.minor)
        yield f"Named conditions. `{minor}` marks a minor: nothing about a minor is stored."
        yield table(
            ("Name", "Means"), ((code(name), self.words(when)) for name, when in sorted(rule_set.definitions.items()))
        )
        yield from free_text_sections(self._free_text())
        yield "## Messages to the patient"
        yield (
            f"Every answer ends with `{rule_set.net}`, except beside a message that stands alone. A person who left no "
            f"phone number reads the text without a call, at any hour."
        )
        yield table(
            ("Message", "Text", "While the clinic is closed", "Without a phone number"),
            map(self._message, rule_set.messages.values()),
        )
        yield "## Questionnaire"
        yield f"{text(questionnaire.title)}. A question marked * must be answered before the next page."
        for page in questionnaire.pages:
            yield f"### Page {page.id}: {text(page.title)}" + (" (after Send, optional)" if page.after_send else "")
            yield table(("Question", "Wording", "Answers", "If skipped"), map(self._question, page.questions))
        contact = questionnaire.contact
        yield "### Contact"
        yield (
            f"Title: {text(contact.title)}. In an emergency: {text(contact.emergency_title)}. "
            f"Not shown when {self.words(contact.hidden_when)}."
        )
        yield table(
            ("Field", "Wording", "Answers"),
            [
                *(
                    (
                        code(f.code) + ("*" if f.required else ""),
                        wording(f.text, f.text_other),
                        options(f.options) or f.type,
                    )
                    for f in contact.fields
                ),
                *(
                    (
                        code(f"consent {c.code}") + ("*" if c.required else ""),
                        wording(c.text, c.text_other),
                        "a box, not ticked",
                    )
                    for c in contact.consents
                ),
            ],
        )
        yield "## Sources"
        yield table(
            ("Key", "Source", "What it supports", "Mark"),
            (
                (code(s.key), text(s.text), text(s.supports), text(s.mark_note or f"[{s.mark}]"))
                for s in rule_set.sources.values()
            ),
        )
        if rule_set.changes:
            yield "## Changes"
            yield table(
                ("Version", "On", "What", "By"),
                ((code(c.version), c.on, text(c.what), text(c.by)) for c in reversed(rule_set.changes)),
            )
        yield "## Approval"
        yield (
            "Signed by a physician in both files, `approved_by` and `approved_on`, after the vignettes were run:\n\n"
            "Name: ______________________________ Date: ______________ Signature: ______________________________"
        )

    def _identity(self) -> Iterator[tuple[str, str]]:
        rule_set, form = self.rule_set, self.rule_set.questionnaire
        yield "Rules", f"{rule_set.id} {rule_set.version}: {approval(rule_set.approved_by, rule_set.approved_on)}"
        approved = approval(form.approved_by, form.approved_on)
        yield "Questionnaire", f"{form.id} {form.version}, language {form.language}: {approved}"
        yield "Content hash", code(rule_set.content_hash)
        counts = {
            "questions": len(self.questions),
            "safety rules": len(rule_set.safety),
            "not-a-fit rules": len(rule_set.not_fit),
            "fit weights": len(rule_set.fit.rules),
            "tags": len(rule_set.tags),
            "messages": len(rule_set.messages),
        }
        yield "In all", ", ".join(f"{count} {things}" for things, count in counts.items())

    def words(self, condition: Condition) -> str:
        """Returns a condition in plain words, with each part of an 'and' or 'or' on a line of its own."""
        if isinstance(condition, Every):
            return "<br>**and** ".join(self._part(part) for part in condition.conditions)
        if isinstance(condition, Some) and condition.at_least == 1:
            return "<br>**or** ".join(self._part(part) for part in condition.conditions)
        return self._part(condition)

    def _part(self, condition: Condition) -> str:
        match condition:
            case Every(conditions):
                return "(" + " **and** ".join(map(self._part, conditions)) + ")"
            case Some(conditions, 1):
                return "(" + " **or** ".join(map(self._part, conditions)) + ")"
            case Some(conditions, at_least):
                return f"at least {at_least} of: (" + "; ".join(map(self._part, conditions)) + ")"
            case Not(part):
                return f"**not** {self._part(part)}"
            case Defined(name, _):
                return code(name)
            case Scores(score, at_least):
                return f"the score {score.name} is at least {at_least}"
            case FromDoor(doors):
                return f"the door is {' or '.join(map(code, sorted(doors)))}"
            case NoneWithOthers():
                return "on some question 'none' is ticked together with another option"
            case _:
                return self._about_question(condition)

    def _about_question(self, condition: Condition) -> str:
        match condition:
            case AnyOf(question, ticked):
                return (
                    f"{code(question)} {self._options(question, ticked, ('is', 'is one of:'), ('has', 'has any of:'))}"
                )
            case AllOf(question, ticked):
                return (
                    f"{code(question)} {self._options(question, ticked, ('is', 'is all of:'), ('has', 'has all of:'))}"
                )
            case NoneOf(question, ticked):
                verbs = ("is not", "is none of:"), ("has not", "has none of:")
                return f"{code(question)} {self._options(question, ticked, *verbs)}"
            case AtLeastAmong(question, ticked, at_least):
                several = (f"has at least {at_least} of:",) * 2
                return f"{code(question)} {self._options(question, ticked, several, several)}"
            case Between(question, at_least, at_most):
                return f"{code(question)} is {bounds(at_least, at_most)}"
            case Answered(question, answered):
                return f"{code(question)} is {'answered' if answered else 'not answered'}"
            case Mentions(question, kind, _):
                return f"the text of {code(question)} mentions {code(kind)}"
            case _:
                raise TypeError(type(condition).__name__)

    def _options(self, asked: str, ticked: frozenset[str], one: tuple[str, str], many: tuple[str, str]) -> str:
        """Returns the options in the patient's words, after a verb.

        one: verbs for a single-choice question, the first for one option, the second for several
        many: the same for a multiple-choice question
        """
        question = self.questions[asked]
        wording = [f"{code(o.code)} “{text(o.label)}”" for o in question.options if o.code in ticked]
        verbs = one if question.type == "choice-one" else many
        return f"{verbs[len(wording) > 1]} {'; '.join(wording)}"

    def _tier(self, tier: Tier) -> tuple[str, ...]:
        responses = [
            ("", tier.usual),
            *([("after a safety rule: ", tier.after_safety_rule)] if tier.after_safety_rule else []),
        ]
        levels = (
            f"{when}{span(level.after)}: {level.audience}" for when, response in responses for level in response.ladder
        )
        message = f"<br>{code(tier.message)} when no rule has a message" if tier.message else ""
        return (
            code(tier.name),
            text(tier.disposition) + message,
            "<br>".join(text(f"{when}{response.clinic_does}") for when, response in responses),
            span(tier.deadline) if tier.deadline else "none",
            "<br>".join(levels) or "none",
            "with consent, never for minors" if tier.marketing else "never",
        )

    def _message(self, message: Message) -> tuple[str, ...]:
        notes = [
            *(["stands alone"] if message.alone else []),
            *([f"in place of {code(message.instead_of)}"] if message.instead_of else []),
        ]
        return (
            code(message.id) + (f"<br>({listed(notes)})" if notes else ""),
            text(message.text),
            text(message.closed_text or "the same"),
            text(message.no_number_text or "the same"),
        )

    def _protected(self) -> Iterator[tuple[str, ...]]:
        for rule in self.rules:
            asked = questions_of(rule.when)
            if read := [code(question) for question in PROTECTED_QUESTIONS if question in asked]:
                # bold, so that the HTML page links to the row of the rule rather than making a second one
                yield f"**{code(rule.id)}**", listed(read), self._effect(rule), text(rule.reason)

    def _effect(self, rule: Rule) -> str:
        match rule:
            case SafetyRule():
                return code(rule.floor)
            case NotFitRule():
                return f"none: {code(rule.tier)}"
            case FitRule():
                return f"none: +{rule.points}"
            case _:
                return "none: a tag"

    def _question(self, question: Question) -> tuple[str, ...]:
        skipped = f"counts as {code(question.missing_counts_as)}" if question.missing_counts_as else "no answer"
        kept = listed(map(code, sorted(question.keep_when_hidden)))
        return (
            code(question.code) + ("*" if question.required else ""),
            wording(question.text, question.text_other)
            + (f"<br>Hint: {text(question.hint)}" if question.hint else "")
            + (f"<br>Shown when {self.words(question.shown_when)}" if question.shown_when else ""),
            options(question.options)
            or (
                f"a whole number, {bounds(question.minimum, question.maximum)}"
                if question.type == "integer"
                else f"text, at most {question.max_length} characters"
            ),
            skipped + (f"; {kept} counts even when hidden" if kept else ""),
        )

    def _scores(self) -> list[Score]:
        found = [part.score for part in self._parts() if isinstance(part, Scores)]
        return list({score.name: score for score in found}.values())

    def _free_text(self) -> FreeText | None:
        """Returns the search of free text; None if no rule asks."""
        found = (part.free_text for part in self._parts() if isinstance(part, Mentions))
        return next((one for one in found if isinstance(one, FreeText)), None)

    def _parts(self) -> Iterator[Condition]:
        for condition in (*(rule.when for rule in self.rules), *self.rule_set.definitions.values()):
            yield from parts(condition)


def parts(condition: Condition) -> Iterator[Condition]:
    """Yields the condition and every condition inside it."""
    yield condition
    match condition:
        case Every(conditions) | Some(conditions, _):
            inside: Iterable[Condition] = conditions
        case Not(part) | Defined(_, part):
            inside = (part,)
        case Scores(score, _):
            inside = (part for _, part in score.items)
        case _:
            inside = ()
    for part in inside:
        yield from parts(part)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def text(words: str) -> str:
    """Escapes the characters that Markdown would interpret."""
    return re.sub(r"([\\`*_<|])", r"\\\1", words)


def code(name: str) -> str:
    return f"`{name}`"


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def options(choices: Iterable[Option]) -> str:
    return "<br>".join(
        f"{code(option.code)} “{text(option.label)}”"
        + (f"; for somebody else: “{text(option.label_other)}”" if option.label_other else "")
        + (" (unticks the others)" if option.exclusive else "")
        for option in choices
    )


def wording(own: str, other: str) -> str:
    """Returns a text, and its wording if somebody else fills in the form for the person."""
    return text(own) + (f"<br>For somebody else: {text(other)}" if other else "")


def sources(rule: Rule) -> str:
    return "<br>".join(text(str(citation)) for citation in rule.citations)


def bounds(at_least: int | None, at_most: int | None) -> str:
    if at_least is None:
        return f"at most {at_most}"
    if at_most is None:
        return f"at least {at_least}"
    return f"from {at_least} to {at_most}"


def span(after: Span) -> str:
    if after.open_days is not None:
        return f"close of business, {after.open_days} business day{'s' * (after.open_days > 1)} later"
    if after.open_minutes is not None:
        return f"after {after.open_minutes} open minutes"
    return f"after {after.minutes} minutes" if after.minutes else "at once"


def approval(by: str, on: str) -> str:
    return f"approved by {text(by)} on {on}" if by else "**awaiting a physician's approval**"


def html(markdown: str, title: str) -> str:
    """Returns one self-contained page.

    A name in the first cell of a table row becomes an anchor; anywhere else, the name links to its anchor.
    """
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    body = re.sub(r"<tr>\n<td><code>([^<]+)</code>", r'<tr id="\1">\n<td><b><code>\1</code></b>', body)
    rows = set(re.findall(r'<tr id="([^"]+)">', body))
    tiers = "EMERGENCY|URGENT|PRIORITY|ROUTINE|NOT_A_FIT"
    body = re.sub(rf"<td>(<code>({tiers})</code></td>)", r'<td class="\2">\1', body)
    body = re.sub(
        r"(?<!<b>)<code>([^<]+)</code>(?! “)",  # the text of an option may equal the name of a question
        lambda name: f'<a href="#{name[1]}">{name[0]}</a>' if name[1] in rows else name[0],
        body,
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{STYLE}</style>\n'
        f"{body}</html>\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.rulebook", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--html", action="store_true", help="one self-contained HTML page instead of Markdown")
    parser.add_argument("--questionnaire", default="fs-intake", help="whose rules (default: %(default)s)")
    arguments = parser.parse_args()
    rule_set = load().of(arguments.questionnaire)
    if rule_set is None:
        parser.error(f"there is no questionnaire {arguments.questionnaire}")
    markdown = Sheet(rule_set).markdown()
    sys.stdout.write(html(markdown, f"{rule_set.id} {rule_set.version}") if arguments.html else markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
