"""Reads a rule set from TOML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, TypeVar

from shared.domain.rules.condition import Condition, Every, Not, Score
from shared.domain.rules.questionnaire import Questionnaire
from shared.domain.rules.triage import (
    Change,
    Citation,
    Fit,
    FitRule,
    Message,
    NotFitRule,
    Rule,
    RuleSet,
    SafetyRule,
    Source,
    Tier,
)
from shared.rulebook.conditions import ConditionReader
from shared.rulebook.free_text import FreeText
from shared.rulebook.reader import Reader, RulebookError

R = TypeVar("R", bound=Rule)

MARKS = ("V", "S", "M", "D")


class RuleSetReader:
    """A reader of one rule set for one questionnaire. Its methods raise RulebookError."""

    def __init__(
        self,
        reader: Reader,
        questionnaire: Questionnaire,
        tiers: Mapping[str, Tier],
        free_text: FreeText | None,
    ) -> None:
        self.reader = reader
        self.questionnaire = questionnaire
        self.tiers = tiers
        self.conditions = ConditionReader(questionnaire.questions, questionnaire.definitions, free_text)
        self.messages: dict[str, Message] = {}
        self.sources: dict[str, Source] = {}
        self.rule_ids: set[str] = set()
        self.used_messages: set[str] = set()

    def _check_approval(self, approved_by: str, content_hash: str) -> None:
        """Raises RulebookError if a physician has signed other content than `content_hash`."""
        signed_content = self.reader.optional_text("approved_content")
        if (approved_by or self.questionnaire.approved_by) and signed_content != content_hash:
            raise self.reader.error(
                "approved_content: the signatures are not for this content. Empty the signatures in both files, "
                "print the sheet (python -m dev.rulebook --html), and have it signed"
            )

    def _check_signing_days(self, approved_on: str, changes: tuple[Change, ...]) -> None:
        """Raises RulebookError if a signature is older than the last change in the change log."""
        form = self.questionnaire
        for file, day in ((self.reader.where, approved_on), (f"{form.id}.toml", form.approved_on)):
            if day and changes and day < changes[-1].on:
                raise RulebookError(f"{file}: approved_on: {day} is before the last change, on {changes[-1].on}")

    def read(self, content_hash: str) -> RuleSet:
        reader = self.reader
        reader.text("questionnaire")
        self.sources = self._sources()
        self.messages = self._messages()
        for name, table in reader.named("definitions") if "definitions" in reader else ():
            self.conditions.define(name, table, f"{reader.where}.definitions")
        for name, table in reader.named("scores") if "scores" in reader else ():
            self.conditions.scores[name] = self._score(name, Reader(table, f"{reader.where}.scores.{name}"))
        minor = reader.text("minor")
        if minor not in self.conditions.definitions:
            raise reader.error(f"minor: unknown definition {minor!r}")
        version = reader.version("version")
        approved_by, approved_on = reader.signature("approved")
        self._check_approval(approved_by, content_hash)
        changes = self._changes(version)
        self._check_signing_days(approved_on, changes)
        rule_set = RuleSet(
            id=reader.code("id"),
            version=version,
            changes=changes,
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
            raise table.error("this rule id is used twice")
        self.rule_ids.add(rule_id)
        when = condition or self.conditions.every(table.items("when"), f"{table.where}.when")
        if "unless" in table:
            when = Every((when, Not(self.conditions.every(table.items("unless"), f"{table.where}.unless"))))
        return {"id": rule_id, "reason": table.wording("reason"), "citations": self._citations(table), "when": when}

    def _safety(self, table: Reader, condition: Condition | None = None) -> SafetyRule:
        floor = self._tier(table, "floor")
        message = self._message(table, "message") if "message" in table else None
        if message is None and floor.message is None:
            raise table.error(f"needs a message, because the tier {floor.name} has none")
        flags = {name: table.flag(name) for name in ("red_flag", "marketing") if name in table}
        return SafetyRule(
            **self._rule(table, condition),
            floor=floor.name,
            message=message,
            red_flag=flags.get("red_flag", True),
            marketing=flags.get("marketing", True),
        )

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
            message = Message(
                name,
                table.wording("text"),
                table.wording("closed_text") if "closed_text" in table else None,
                table.wording("no_number_text") if "no_number_text" in table else None,
                table.optional_text("instead_of"),
                table.flag("alone") if "alone" in table else False,
            )
            table.done()
            messages[name] = message
        for message in messages.values():
            if message.instead_of is not None and message.instead_of not in messages:
                raise self.reader.error(f"messages.{message.id}: unknown message {message.instead_of!r}")
        return messages

    def _changes(self, version: str) -> tuple[Change, ...]:
        """The last entry must be for `version`. Old rule sets have no change log."""
        if "changes" not in self.reader:
            return ()
        changes = []
        for table in self.reader.each("changes", "version"):
            changes.append(
                Change(table.version("version"), table.day("on"), table.wording("what"), table.wording("by"))
            )
            table.done()
        if not changes or changes[-1].version != version:
            raise self.reader.error(f"changes: the last one must say what changed with version {version}")
        if any(later.on < earlier.on for earlier, later in pairwise(changes)):
            raise self.reader.error("changes: put the oldest first")
        return tuple(changes)

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
