"""Prints the rule set for the physician who signs it, as Markdown, or as HTML with --html: `python -m dev.rulebook`.

`--language es` prints the translation beside the original.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterable, Iterator

from dev.free_text_sheet import free_text_sections
from dev.load_rules import load_rules
from dev.sheet_conditions import ConditionWords, bounds, parts
from dev.sheet_markup import code, html, listed, table, text
from dev.translation_sheet import translation_sheet
from shared.domain.opening_hours import Span
from shared.domain.rules.condition import Condition, Mentions, Score, Scores, questions_of
from shared.domain.rules.questionnaire import Option, Question
from shared.domain.rules.triage import FitRule, Message, NotFitRule, Rule, RuleSet, SafetyRule, Tier
from shared.rulebook.free_text import FreeText

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


class Sheet:
    """The rule set as Markdown, section by section."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        self.questions = rule_set.questionnaire.questions
        self.words = ConditionWords(self.questions).words
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
                        wording(c.text, c.text_other)
                        + (
                            f"<br>Where only a number is asked: {wording(c.text_call, c.text_call_other)}"
                            if c.text_call
                            else ""
                        ),
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
            "Signed by a physician after the vignettes were run. In both files: `approved_by` and `approved_on`; "
            "in the rules: the content hash above, as `approved_content`.\n\n"
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
                # The name is bold, because the HTML page would make a plain name an anchor.
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
        found = (part.free_text for part in self._parts() if isinstance(part, Mentions))
        return next((one for one in found if isinstance(one, FreeText)), None)

    def _parts(self) -> Iterator[Condition]:
        for condition in (*(rule.when for rule in self.rules), *self.rule_set.definitions.values()):
            yield from parts(condition)


def options(choices: Iterable[Option]) -> str:
    return "<br>".join(
        f"{code(option.code)} “{text(option.label)}”"
        + (f"; for somebody else: “{text(option.label_other)}”" if option.label_other else "")
        + (" (unticks the others)" if option.exclusive else "")
        for option in choices
    )


def wording(own: str, other: str) -> str:
    return text(own) + (f"<br>For somebody else: {text(other)}" if other else "")


def sources(rule: Rule) -> str:
    return "<br>".join(text(str(citation)) for citation in rule.citations)


def span(after: Span) -> str:
    if after.open_days is not None:
        return f"close of business, {after.open_days} business day{'s' * (after.open_days > 1)} later"
    if after.open_minutes is not None:
        return f"after {after.open_minutes} open minutes"
    return f"after {after.minutes} minutes" if after.minutes else "at once"


def approval(by: str, on: str) -> str:
    return f"approved by {text(by)} on {on}" if by else "**awaiting a physician's approval**"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.rulebook", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--html", action="store_true", help="one self-contained HTML page instead of Markdown")
    parser.add_argument("--questionnaire", default="fs-intake", help="whose rules (default: %(default)s)")
    parser.add_argument("--language", help="the sheet of this translation, for its reviewers")
    arguments = parser.parse_args()
    rulebook = load_rules()
    rule_set = rulebook.of(arguments.questionnaire)
    if rule_set is None:
        parser.error(f"there is no questionnaire {arguments.questionnaire}")
    markdown = Sheet(rule_set).markdown()
    if arguments.language:
        translation = rulebook.translations.get((arguments.questionnaire, arguments.language))
        if translation is None:
            parser.error(f"there is no translation into {arguments.language}")
        markdown = translation_sheet(rule_set, translation)
    sys.stdout.write(html(markdown, f"{rule_set.id} {rule_set.version}") if arguments.html else markdown)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # otherwise `| head` would cause a traceback
    sys.exit(main())
