"""Finds faults in a FHIR Questionnaire that validators miss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from shared.domain.rules.triage import RuleSet

EXCLUSIVE = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"
Json = dict[str, Any]


def items(parent: Json) -> Iterator[Json]:
    for item in parent.get("item", ()):
        yield item
        yield from items(item)


def faults(form: Json, rule_set: RuleSet | None = None) -> list[str]:
    """Returns a Questionnaire's faults, and its differences from the rule set."""
    every = list(items(form))
    counted = Counter(item["linkId"] for item in every)
    found = [f"{link_id}: duplicate linkId" for link_id, count in counted.items() if count > 1]
    known: dict[str, Json] = {}
    for item in every:
        found += [f"{item['linkId']}: {fault}" for row in item.get("enableWhen", ()) for fault in _row(row, known)]
        codes = Counter(_code(option["valueCoding"]) for option in item.get("answerOption", ()))
        found += [f"{item['linkId']}: duplicate option {code}" for code, count in codes.items() if count > 1]
        known[item["linkId"]] = item
    return found + (list(_left_out(rule_set, known)) if rule_set else [])


def _row(row: Json, known: dict[str, Json]) -> Iterator[str]:
    target = known.get(row["question"])
    if target is None:
        yield f"enableWhen asks about {row['question']}, which does not come before"
    elif "answerCoding" in row:
        codes = [_code(option["valueCoding"]) for option in target.get("answerOption", ())]
        if _code(row["answerCoding"]) not in codes:
            yield f"enableWhen wants {row['answerCoding']['code']}, which is not an option of {row['question']}"
    elif "answerInteger" in row and target["type"] != "integer":
        yield f"enableWhen compares {row['question']} with a number"


def _left_out(rule_set: RuleSet, known: dict[str, Json]) -> Iterator[str]:
    for code, question in rule_set.questionnaire.questions.items():
        item = known.get(code)
        if item is None:
            yield f"{code}: left out"
            continue
        if (item["text"], item["required"]) != (question.text, question.required):
            yield f"{code}: other text, or other need of an answer"
        if bool(item.get("enableWhen")) is not (question.shown_when is not None):
            yield f"{code}: shown in other cases"
        for option in question.options:
            drawn = [o for o in item.get("answerOption", ()) if o["valueCoding"]["code"] == f"{code}.{option.code}"]
            if [o["valueCoding"]["display"] for o in drawn] != [option.label]:
                yield f"{code}: option {option.code} left out, or with another label"
            elif _is_exclusive(drawn[0]) is not option.exclusive:
                yield f"{code}: option {option.code} is marked exclusive wrongly"
    hints = {f"{question.code}.hint": question.hint for question in rule_set.questionnaire.questions.values()}
    yield from (f"{name}: left out" for name, hint in hints.items() if hint and known.get(name, {}).get("text") != hint)
    for consent in rule_set.questionnaire.contact.consents:
        if known.get(f"consent.{consent.code}", {}).get("text") != consent.text:
            yield f"consent.{consent.code}: other text"


def _is_exclusive(option: Json) -> bool:
    return {"url": EXCLUSIVE, "valueBoolean": True} in option.get("extension", ())


def _code(coding: Json) -> str:
    return f"{coding['system']}|{coding['code']}"
