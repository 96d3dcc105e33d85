"""Loads the questionnaires and rule sets beside this file, and refuses what does not fit together."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from shared.domain.condition import Condition, Every, Not, Score
from shared.domain.opening_hours import Span
from shared.domain.questionnaire import (
    ConsentText,
    ContactBlock,
    ContactField,
    Option,
    Page,
    Question,
    Questionnaire,
)
from shared.domain.triage import (
    Citation,
    Fit,
    FitRule,
    LadderStep,
    Message,
    NotFitRule,
    Rule,
    RuleSet,
    SafetyRule,
    Source,
    Tier,
)
from shared.rulebook.conditions import ConditionReader
from shared.rulebook.form import drawn_condition
from shared.rulebook.reader import Reader, RulebookError
from shared.rulebook.translation import translated

R = TypeVar("R", bound=Rule)

FOLDER = Path(__file__).parent
TIERS = "tiers.toml"
WORDS = "words.toml"  # see words.py
MARKS = ("V", "S", "M", "D")
CODE_SYSTEMS = {
    "http://loinc.org": re.compile(r"[0-9]{1,7}-[0-9]"),
    "http://snomed.info/sct": re.compile(r"[0-9]{6,18}"),
}
AUDIENCES = ("desk", "clinician", "manager")
DISPOSITIONS = (
    "seek-emergency-care",
    "same-day-call",
    "next-business-day-call",
    "contact-within-two-business-days",
    "not-a-fit",
)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rule sets, each with its questionnaire, by questionnaire id; `translations` by id and language."""

    rule_sets: Mapping[str, RuleSet]
    translations: Mapping[tuple[str, str], RuleSet]

    def of(self, questionnaire_id: str, language: str = "") -> RuleSet | None:
        """The rule set in that language, or in its own where it has no such translation."""
        return self.translations.get((questionnaire_id, language)) or self.rule_sets.get(questionnaire_id)

    def languages(self, questionnaire_id: str) -> tuple[str, ...]:
        """Those that the questionnaire can be had in, its own first; none for an unknown questionnaire."""
        if questionnaire_id not in self.rule_sets:
            return ()
        own = self.rule_sets[questionnaire_id].questionnaire.language
        return (own, *sorted(language for name, language in self.translations if name == questionnaire_id))

    @property
    def emergency_advice(self) -> str:
        """The net message, for answers that belong to no questionnaire."""
        rule_set = next(iter(self.rule_sets.values()))
        return rule_set.messages[rule_set.net].text

    def emergency_advice_in(self, language: str) -> str:
        translation = next((t for (_, known), t in self.translations.items() if known == language), None)
        return translation.messages[translation.net].text if translation else self.emergency_advice

    @property
    def approval_notice(self) -> str:
        """Says so while a physician has not approved every rule set and questionnaire; empty once they have."""
        approved = all(
            part.approved_by and part.approved_on
            for rule_set in self.rule_sets.values()
            for part in (rule_set, rule_set.questionnaire)
        )
        return "" if approved else "These questions and their advice still await a physician's approval."


def load(folder: Path = FOLDER) -> Rulebook:
    """Every rule set of the folder. A file is a rule set when it names a `questionnaire`, and a translation when it
    `translates` one.

    Raises RulebookError, saying which file and entry, or OSError.
    """
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.toml")) if path.name != WORDS}
    tables = {name: _parsed(name, content) for name, content in files.items()}
    if TIERS not in tables:
        raise RulebookError(f"{TIERS}: there is no such file")
    tiers = _tiers(Reader(tables[TIERS], TIERS))
    rule_sets: dict[str, RuleSet] = {}
    left = {name for name, table in tables.items() if "translates" not in table} - {TIERS}
    for name, table in tables.items():
        if "questionnaire" not in table:
            continue
        form = f"{table['questionnaire']}.toml"
        if form not in files:
            raise RulebookError(f"{name}: there is no questionnaire {form}")
        questionnaire = _questionnaire(Reader(tables[form], form))
        if questionnaire.id in rule_sets:
            raise RulebookError(f"{name}: {questionnaire.id} has two rule sets")
        if form != f"{questionnaire.id}.toml":
            raise RulebookError(f"{form}: its id is {questionnaire.id!r}, but the file is named otherwise")
        left -= {name, form}
        digest = hashlib.sha256(b"\0".join((files[name], files[form], files[TIERS]))).hexdigest()
        rule_sets[questionnaire.id] = _RuleSetReader(Reader(table, name), questionnaire, tiers).read(digest)
    if left:
        raise RulebookError(f"{', '.join(sorted(left))}: neither a rule set nor the questionnaire of one")
    if not rule_sets:
        raise RulebookError(f"{folder.name}: there is no rule set")
    return Rulebook(rule_sets, _translations(tables, rule_sets))


def _parsed(name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except ValueError as error:  # not UTF-8, or not TOML
        raise RulebookError(f"{name}: {error}") from None


def _approval(reader: Reader) -> tuple[str, str]:
    """Who signed this version, and when; both empty until then."""
    by, on = reader.text("approved_by"), reader.text("approved_on")
    if bool(by) != bool(on):
        raise reader.error("approved_by and approved_on belong together")
    if on:
        try:
            date.fromisoformat(on)
        except ValueError:
            raise reader.error("approved_on: write a date like 2026-01-31") from None
    return by, on


def _translations(
    tables: Mapping[str, dict[str, Any]], rule_sets: Mapping[str, RuleSet]
) -> dict[tuple[str, str], RuleSet]:
    translations: dict[tuple[str, str], RuleSet] = {}
    for name, table in tables.items():
        if "translates" in table:
            if table["translates"] not in rule_sets:
                raise RulebookError(f"{name}: there is no questionnaire {table['translates']}")
            translation = translated(rule_sets[table["translates"]], Reader(table, name))
            key = (translation.questionnaire.id, translation.questionnaire.language)
            if key in translations or translation.questionnaire.language == rule_sets[key[0]].questionnaire.language:
                raise RulebookError(f"{name}: this language stands twice")
            translations[key] = translation
    return translations


def _span(reader: Reader) -> Span:
    span = Span(*(reader.optional_number(key) for key in ("minutes", "open_minutes", "open_days")))
    reader.done()
    given = [value for value in (span.minutes, span.open_minutes, span.open_days) if value is not None]
    if len(given) != 1 or given[0] < 0:
        raise reader.error("give one of minutes, open_minutes or open_days, not negative")
    return span


def _tiers(reader: Reader) -> dict[str, Tier]:
    tiers: dict[str, Tier] = {}
    for rank, table in enumerate(reader.each("tiers", "name")):
        name = table.text("name")
        steps = []
        for number, step in enumerate(table.items("ladder"), start=1):
            at = Reader(step, f"{table.where}.ladder[{number}]")
            after, audience = _span(at.table("after")), at.text("audience")
            if audience not in AUDIENCES:
                raise at.error(f"unknown audience {audience!r}")
            at.done()
            steps.append(LadderStep(after, audience))
        disposition = table.text("disposition")
        if disposition not in DISPOSITIONS:
            raise table.error(f"unknown disposition {disposition!r}")
        tiers[name] = Tier(
            name=name,
            rank=rank,
            disposition=disposition,
            marketing=table.flag("marketing"),
            clinic_does=table.text("clinic_does"),
            message=table.optional_text("message"),
            deadline=_span(table.table("deadline")) if "deadline" in table else None,
            ladder=tuple(steps),
        )
        table.done()
    reader.done()
    return tiers


def _options(reader: Reader) -> tuple[Option, ...]:
    options = []
    for table in reader.each("options", "code"):
        exclusive = table.flag("exclusive") if "exclusive" in table else False
        options.append(Option(table.text("code"), table.wording("label"), exclusive))
        table.done()
    if not options:
        raise reader.error("has no options")
    return tuple(options)


def _question(reader: Reader, conditions: ConditionReader) -> Question:
    kind = reader.text("type")
    if kind not in ("integer", "choice-one", "choice-many", "text"):
        raise reader.error(f"unknown type {kind!r}")
    question = Question(
        code=reader.code("code"),
        type=kind,
        text=reader.wording("text"),
        required=reader.flag("required"),
        options=_options(reader) if kind.startswith("choice") else (),
        minimum=reader.number("minimum") if kind == "integer" else None,
        maximum=reader.number("maximum") if kind == "integer" else None,
        max_length=reader.number("max_length") if kind == "text" else None,
        shown_when=_shown_when(reader, conditions),
        missing_counts_as=reader.optional_text("missing_counts_as"),
        keep_when_hidden=frozenset(reader.texts("keep_when_hidden")) if "keep_when_hidden" in reader else frozenset(),
        standard_code=_standard_code(reader),
    )
    reader.done()
    if (question.minimum or 0) > (question.maximum or 0):
        raise reader.error("minimum is above maximum")
    for code in (question.missing_counts_as, *question.keep_when_hidden):
        if code is not None and code not in question.option_codes:
            raise reader.error(f"has no option {code!r}")
    return question


def _standard_code(reader: Reader) -> str | None:
    """`http://loinc.org|72514-3`: of a code system known here, and well-formed there."""
    text = reader.optional_text("standard_code")
    if text is None:
        return None
    system, _, code = text.partition("|")
    if system not in CODE_SYSTEMS or CODE_SYSTEMS[system].fullmatch(code) is None:
        raise reader.error(f"standard_code: {text!r} is not system|code of {', '.join(CODE_SYSTEMS)}")
    return text


def _shown_when(reader: Reader, conditions: ConditionReader) -> Condition | None:
    """Only earlier questions can be asked about: a follow-up that depends on a later one is unreachable."""
    if "shown_when" not in reader:
        return None
    where = f"{reader.where}.shown_when"
    try:
        condition = conditions.condition(reader.value("shown_when"), where)
    except RulebookError as error:
        raise RulebookError(f"{error}, or it comes later: the follow-up would be unreachable") from None
    return _drawable(condition, where)


def _drawable(condition: Condition, where: str) -> Condition:
    """A page has to evaluate it too, and knows fewer forms than a rule."""
    try:
        drawn_condition(condition)
    except RulebookError as error:
        raise RulebookError(f"{where}: {error}") from None
    return condition


def _questionnaire(reader: Reader) -> Questionnaire:
    questions: dict[str, Question] = {}
    conditions = ConditionReader(questions)
    pages = []
    definitions = list(reader.named("definitions")) if "definitions" in reader else []
    for page in reader.each("pages"):
        entries = []
        for table in page.each("questions", "code"):
            question = _question(table, conditions)
            if question.code in questions:
                raise table.error("stands on two pages")
            questions[question.code] = question
            entries.append(question)
        pages.append(Page(page.text("id"), page.wording("title"), tuple(entries)))
        page.done()
    for name, table in definitions:
        conditions.define(name, table, f"{reader.where}.definitions")
    approved_by, approved_on = _approval(reader)
    questionnaire = Questionnaire(
        id=reader.code("id"),
        version=reader.version("version"),
        language=reader.wording("language"),
        title=reader.wording("title"),
        approved_by=approved_by,
        approved_on=approved_on,
        pages=tuple(pages),
        contact=_contact(reader.table("contact"), conditions),
        definitions=conditions.definitions,
    )
    reader.done()
    return questionnaire


def _contact(reader: Reader, conditions: ConditionReader) -> ContactBlock:
    fields = []
    for table in reader.each("fields", "code"):
        kind = table.text("type")
        fields.append(
            ContactField(
                code=table.text("code"),
                type=kind,
                text=table.wording("text"),
                required=table.flag("required"),
                max_length=None if kind == "choice-one" else table.number("max_length"),
                autocomplete=table.optional_text("autocomplete"),
                options=_options(table) if kind == "choice-one" else (),
            )
        )
        table.done()
    consents = []
    for table in reader.each("consents", "code"):
        consents.append(ConsentText(table.text("code"), table.wording("text"), table.flag("required")))
        table.done()
    hidden_when = f"{reader.where}.hidden_when"
    block = ContactBlock(
        title=reader.wording("title"),
        emergency_title=reader.wording("emergency_title"),
        hidden_when=_drawable(conditions.condition(reader.value("hidden_when"), hidden_when), hidden_when),
        fields=tuple(fields),
        consents=tuple(consents),
    )
    reader.done()
    return block


class _RuleSetReader:
    def __init__(self, reader: Reader, questionnaire: Questionnaire, tiers: Mapping[str, Tier]) -> None:
        self.reader = reader
        self.questionnaire = questionnaire
        self.tiers = tiers
        self.conditions = ConditionReader(questionnaire.questions, questionnaire.definitions)
        self.messages: dict[str, Message] = {}
        self.sources: dict[str, Source] = {}
        self.rule_ids: set[str] = set()
        self.used_messages: set[str] = set()

    def read(self, content_hash: str) -> RuleSet:
        reader = self.reader
        reader.text("questionnaire")
        self.sources = self._sources()
        self.messages = self._messages()
        for name, pattern in reader.named("word_lists") if "word_lists" in reader else ():
            self.conditions.add_word_list(name, pattern, f"{reader.where}.word_lists")
        for name, table in reader.named("definitions") if "definitions" in reader else ():
            self.conditions.define(name, table, f"{reader.where}.definitions")
        for name, table in reader.named("scores") if "scores" in reader else ():
            self.conditions.scores[name] = self._score(name, Reader(table, f"{reader.where}.scores.{name}"))
        minor = reader.text("minor")
        if minor not in self.conditions.definitions:
            raise reader.error(f"minor: unknown definition {minor!r}")
        approved_by, approved_on = _approval(reader)
        rule_set = RuleSet(
            id=reader.code("id"),
            version=reader.version("version"),
            content_hash=content_hash,
            approved_by=approved_by,
            approved_on=approved_on,
            questionnaire=self.questionnaire,
            tiers=self.tiers,
            safety=tuple(self._each(reader, "safety", self._safety)),
            not_fit=tuple(self._each(reader, "not_fit", self._not_fit)),
            fit=self._fit(reader.table("fit")),
            tags=tuple(self._each(reader, "tags", lambda table: Rule(**self._rule(table)))),
            messages=self.messages,
            net=self._message(reader, "net"),
            minor=self.conditions.definitions[minor],
            scoring_failure=self._scoring_failure(reader.table("scoring_failure")),
            definitions=self.conditions.definitions,
            sources=self.sources,
        )
        for tier in self.tiers.values():
            if tier.message is not None:
                self._known_message(reader, tier.message)
        reader.done()
        unused = self.messages.keys() - self.used_messages
        if unused:
            raise reader.error(f"message {', '.join(sorted(unused))} is never shown")
        return rule_set

    def _each(self, reader: Reader, key: str, make: Callable[[Reader], R]) -> list[R]:
        rules = []
        for table in reader.each(key):
            rules.append(make(table))
            table.done()
        return rules

    def _rule(self, table: Reader, condition: Condition | None = None) -> dict[str, Any]:
        rule_id = table.text("id")
        if rule_id in self.rule_ids:
            raise table.error("this rule id stands twice")
        self.rule_ids.add(rule_id)
        when = condition or self.conditions.every(table.items("when"), f"{table.where}.when")
        if "unless" in table:
            when = Every((when, Not(self.conditions.every(table.items("unless"), f"{table.where}.unless"))))
        return {"id": rule_id, "reason": table.wording("reason"), "citations": self._citations(table), "when": when}

    def _safety(self, table: Reader, condition: Condition | None = None) -> SafetyRule:
        floor = self._tier(table, "floor")
        message = self._message(table, "message") if "message" in table else None
        if message is None and floor.message is None:
            raise table.error(f"needs a message: the tier {floor.name} has none of its own")
        red_flag = table.flag("red_flag") if "red_flag" in table else True
        return SafetyRule(**self._rule(table, condition), floor=floor.name, message=message, red_flag=red_flag)

    def _scoring_failure(self, table: Reader) -> SafetyRule:
        rule = self._safety(table, Every(()))
        table.done()
        return rule

    def _not_fit(self, table: Reader) -> NotFitRule:
        overrides = None
        if "overrides" in table:
            overrides = frozenset(table.texts("overrides"))
            for name in overrides - self.tiers.keys():
                raise table.error(f"unknown tier {name!r}")
        return NotFitRule(
            **self._rule(table),
            tier=self._tier(table, "tier").name,
            message=self._message(table, "message"),
            overrides=overrides,
        )

    def _fit(self, table: Reader) -> Fit:
        fit = Fit(
            cap=table.number("cap"),
            at_least=table.number("at_least"),
            tier=self._tier(table, "tier").name,
            below=self._tier(table, "below").name,
            rules=tuple(
                self._each(table, "rules", lambda entry: FitRule(**self._rule(entry), points=entry.number("points")))
            ),
        )
        table.done()
        return fit

    def _tier(self, table: Reader, key: str) -> Tier:
        name = table.text(key)
        if name not in self.tiers:
            raise table.error(f"unknown tier {name!r}")
        return self.tiers[name]

    def _message(self, table: Reader, key: str) -> str:
        return self._known_message(table, table.text(key))

    def _known_message(self, table: Reader, message_id: str) -> str:
        if message_id not in self.messages:
            raise table.error(f"unknown message {message_id!r}")
        self.used_messages.add(message_id)
        return message_id

    def _citations(self, table: Reader) -> tuple[Citation, ...]:
        citations = []
        for number, entry in enumerate(table.items("sources"), start=1):
            at = Reader(entry, f"{table.where}.sources[{number}]")
            key, note, mark = at.optional_text("key") or "", at.optional_text("note") or "", at.optional_text("mark")
            at.done()
            if key and key not in self.sources:
                raise at.error(f"unknown source {key!r}")
            if not key and not (note and mark):
                raise at.error("needs a key, or a note with its mark")
            mark = mark or self.sources[key].mark
            if mark not in MARKS:
                raise at.error(f"unknown evidence mark {mark!r}")
            citations.append(Citation(key, note, mark))
        if not citations:
            raise table.error("needs a source")
        return tuple(citations)

    def _score(self, name: str, table: Reader) -> Score:
        text = table.wording("text")
        self._citations(table)
        items = []
        for number, entry in enumerate(table.items("items"), start=1):
            at = Reader(entry, f"{table.where}.items[{number}]")
            items.append((at.number("points"), self.conditions.every(at.items("when"), f"{at.where}.when")))
            at.done()
        table.done()
        return Score(name, text, tuple(items))

    def _messages(self) -> dict[str, Message]:
        messages = {}
        for name, entry in self.reader.named("messages"):
            table = Reader(entry, f"{self.reader.where}.messages.{name}")
            message = Message(name, table.wording("text"), table.optional_text("closed"), table.optional_text("call"))
            for part in (message.closed, message.call):
                if part is not None and not (part and part in message.text):
                    raise table.error("`closed` and `call` must be sentences of the text")
            table.done()
            messages[name] = message
        return messages

    def _sources(self) -> dict[str, Source]:
        sources = {}
        for name, entry in self.reader.named("sources"):
            table = Reader(entry, f"{self.reader.where}.sources.{name}")
            source = Source(
                name,
                table.text("text"),
                table.text("supports"),
                table.text("mark"),
                table.optional_text("mark_note") or "",
            )
            if source.mark not in MARKS:
                raise table.error(f"unknown evidence mark {source.mark!r}")
            table.done()
            sources[name] = source
        return sources
