"""Loads the questionnaires and rule sets from the rulebook folder, and rejects inconsistent ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from shared.domain.rules.triage import RuleSet
from shared.rulebook.free_text import WEIGHTS, WORDS, free_text_of
from shared.rulebook.questionnaires import read_questionnaire
from shared.rulebook.reader import Reader, RulebookError
from shared.rulebook.rule_sets import RuleSetReader
from shared.rulebook.tiers import read_tiers
from shared.rulebook.toml_files import table_of
from shared.rulebook.translation import translated

FOLDER = Path(__file__).parent
CANDIDATE = FOLDER / "candidate"  # the rulebook for shadow mode; absent by default
TIERS = "tiers.toml"
NOT_RULE_FILES = frozenset({"ui_texts.toml", "retention.toml", "retired.toml"})  # other modules read these


class Rulebook(NamedTuple):
    """All rule sets, each with its questionnaire, and their translations.

    rule_sets: questionnaire id -> rule set in its original language.
    translations: (questionnaire id, language) -> translated rule set.
    """

    rule_sets: Mapping[str, RuleSet]
    translations: Mapping[tuple[str, str], RuleSet]

    def of(self, questionnaire_id: str, language: str = "") -> RuleSet | None:
        """Returns the original rule set if there is no translation, or None for an unknown questionnaire."""
        return self.translations.get((questionnaire_id, language)) or self.rule_sets.get(questionnaire_id)

    @property
    def tier_names(self) -> tuple[str, ...]:
        """The names of the tiers of all rule sets, the most urgent first."""
        return tuple(dict.fromkeys(name for rule_set in self.rule_sets.values() for name in rule_set.tiers))

    def languages(self, questionnaire_id: str) -> tuple[str, ...]:
        if questionnaire_id not in self.rule_sets:
            return ()
        own = self.rule_sets[questionnaire_id].questionnaire.language
        return (own, *sorted(language for name, language in self.translations if name == questionnaire_id))

    def of_clinic(self, name: str) -> Rulebook:
        """Returns the rulebook with the clinic's name in the consent texts."""
        return Rulebook(
            {key: _of_clinic(rule_set, name) for key, rule_set in self.rule_sets.items()},
            {key: _of_clinic(rule_set, name) for key, rule_set in self.translations.items()},
        )

    def reviewed(self) -> Rulebook:
        return Rulebook(
            self.rule_sets,
            {key: rule_set for key, rule_set in self.translations.items() if rule_set.questionnaire.reviewed},
        )

    @property
    def emergency_advice(self) -> str:
        """The emergency advice to show with an error if the visitor's questionnaire is unknown."""
        rule_set = next(iter(self.rule_sets.values()))
        return rule_set.messages[rule_set.net].text

    def emergency_advice_in(self, language: str) -> str:
        translation = next((t for (_, known), t in self.translations.items() if known == language), None)
        return translation.messages[translation.net].text if translation else self.emergency_advice

    @property
    def approved(self) -> bool:
        """Whether a physician has signed every rule set and questionnaire."""
        return all(
            part.approved_by and part.approved_on
            for rule_set in self.rule_sets.values()
            for part in (rule_set, rule_set.questionnaire)
        )

    def check_signed_by(self, today: str) -> None:
        """Raises RulebookError if a signature has a later date than `today` (ISO)."""
        for rule_set in self.rule_sets.values():
            for part in (rule_set, rule_set.questionnaire):
                if part.approved_on > today:
                    raise RulebookError(f"{part.id}.toml: approved_on: {part.approved_on} is in the future")

    @property
    def approval_notice(self) -> str:
        return "" if self.approved else "These questions and their advice are still awaiting a physician's approval."


def _of_clinic(rule_set: RuleSet, name: str) -> RuleSet:
    questionnaire = rule_set.questionnaire
    consents = tuple(consent.of_clinic(name) for consent in questionnaire.contact.consents)
    contact = questionnaire.contact._replace(consents=consents)
    return rule_set._replace(questionnaire=replace(questionnaire, contact=contact))


def load(folder: Path = FOLDER, *, parse_words: bool = True) -> Rulebook:
    """Loads all rule sets, questionnaires and translations from a folder.

    A file with the key `questionnaire` is a rule set. A file with the key `translates` is a translation.

    parse_words: False makes a cold start faster, because free-text files are then parsed when the first note arrives.

    Raises: RulebookError, which names the file and the entry; OSError.
    """
    files = {
        path.name: path.read_bytes()
        for path in sorted(folder.glob("*.toml"))
        if path.name not in NOT_RULE_FILES and not path.name.endswith((WORDS, WEIGHTS))
    }
    tables = {name: read_table(folder / name) for name in files}
    if TIERS not in tables:
        raise RulebookError(f"{TIERS}: this file is missing")
    tiers = read_tiers(Reader(tables[TIERS], TIERS))
    rule_sets: dict[str, RuleSet] = {}
    left = {name for name, table in tables.items() if "translates" not in table} - {TIERS}
    for name, table in tables.items():
        if "questionnaire" not in table:
            continue
        form = f"{table['questionnaire']}.toml"
        if form not in files:
            raise RulebookError(f"{name}: there is no questionnaire {form}")
        questionnaire = read_questionnaire(Reader(tables[form], form))
        if questionnaire.id in rule_sets:
            raise RulebookError(f"{name}: {questionnaire.id} has two rule sets")
        if form != f"{questionnaire.id}.toml":
            raise RulebookError(f"{form}: its id is {questionnaire.id!r}, but the file name differs")
        left -= {name, form}
        free_text = free_text_of(folder, questionnaire.id)
        content = [_without_signature(files[name]), _without_signature(files[form]), files[TIERS]]
        content += [free_text.content_hash.encode()] if free_text else []
        digest = hashlib.sha256(b"\0".join(content)).hexdigest()
        reader = RuleSetReader(Reader(table, name), questionnaire, tiers, free_text)
        rule_sets[questionnaire.id] = reader.read(digest)
        if free_text and parse_words:
            free_text.check(frozenset(reader.conditions.mentioned))
    if left:
        raise RulebookError(f"{', '.join(sorted(left))}: neither a rule set nor the questionnaire of one")
    if not rule_sets:
        raise RulebookError(f"{folder.name}: there is no rule set")
    return Rulebook(rule_sets, _translations(tables, rule_sets))


def _without_signature(file: bytes) -> bytes:
    """Removes the signature, so that signing a file does not change its content hash."""
    top, bracket, tables = file.partition(b"\n[")
    signature = (b"approved_by ", b"approved_on ", b"approved_content ")
    lines = [line for line in top.split(b"\n") if not line.startswith(signature)]
    return b"\n".join(lines) + bracket + tables


def load_candidate(folder: Path = CANDIDATE) -> Rulebook | None:
    """Loads the candidate rulebook for shadow mode. Returns None if it is missing or invalid.

    `python -m dev.backtest HEAD shared/rulebook/candidate` reports its errors.
    """
    try:
        return load(folder, parse_words=False) if folder.is_dir() else None
    except Exception:  # noqa: BLE001  a faulty candidate must not block submissions
        return None


def read_table(file: Path) -> dict[str, Any]:
    """Raises RulebookError, which names the file."""
    try:
        return table_of(file)
    except ValueError as error:
        raise RulebookError(f"{file.name}: {error}") from None


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
                raise RulebookError(f"{name}: this language has two translations")
            translations[key] = translation
    return translations
