"""Finds faults in a FHIR Bundle that validators miss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from shared.domain.rules.triage import RuleSet
from shared.formats.fhir.questionnaire import BASE, as_fhir
from tests.standards.form_linter import items

KINDS = {
    "Patient",
    "QuestionnaireResponse",
    "RiskAssessment",
    "DetectedIssue",
    "Task",
    "Consent",
    "Communication",
    "Appointment",
}
HL7_SYSTEMS = {  # HL7's code system -> codes that we use
    "http://terminology.hl7.org/CodeSystem/consentscope": {"patient-privacy"},
    "http://terminology.hl7.org/CodeSystem/communication-category": {"alert", "instruction"},
    "http://loinc.org": {"59284-0"},
    "urn:ietf:bcp:47": {"en", "es"},
}
Json = dict[str, Any]


def faults(bundle: Json, rule_set: RuleSet) -> list[str]:
    return [*_links(bundle), *_codes(bundle, rule_set), *_answers(bundle, rule_set)]


def _links(bundle: Json) -> Iterator[str]:
    urls = Counter(entry["fullUrl"] for entry in bundle["entry"])
    yield from (f"{url}: duplicate fullUrl" for url, count in urls.items() if count > 1)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] not in KINDS:
            yield f"unexpected {resource['resourceType']}"
        if entry["fullUrl"] != f"{BASE}/{resource['resourceType']}/{resource['id']}":
            yield f"{entry['fullUrl']}: not the address of what is in it"
        for reference in _found(resource, "reference"):
            if f"{BASE}/{reference}" not in urls:
                yield f"{resource['resourceType']}: {reference} leads nowhere"
        of_a_person = {"subject", "patient", "for", "participant"} & resource.keys()
        if not of_a_person and resource["resourceType"] != "Patient":
            yield f"{resource['resourceType']}: about nobody"


def _codes(bundle: Json, rule_set: RuleSet) -> Iterator[str]:
    ours = {
        f"{BASE}/CodeSystem/record": {"lead"},
        f"{BASE}/CodeSystem/task": {"answer-lead"},
        f"{BASE}/CodeSystem/rule-set": {rule_set.id},
        f"{BASE}/CodeSystem/tier": set(rule_set.tiers),
        f"{BASE}/CodeSystem/consent": {consent.code for consent in rule_set.questionnaire.contact.consents},
        f"{BASE}/CodeSystem/{rule_set.id}-rule": {rule.id for rule in (*rule_set.safety, rule_set.scoring_failure)},
        f"{BASE}/CodeSystem/{rule_set.questionnaire.id}-answer": {
            f"{question.code}.{option.code}"
            for question in rule_set.questionnaire.questions.values()
            for option in question.options
        },
    }
    for coding in _codings(bundle):
        known = (HL7_SYSTEMS | ours).get(coding["system"])
        if known is None:
            yield f"unknown code system {coding['system']}"
        elif coding["code"] not in known:
            yield f"{coding['code']} is not a code of {coding['system']}"


def _answers(bundle: Json, rule_set: RuleSet) -> Iterator[str]:
    """Yields each answer whose version, page, text or number does not fit the Questionnaire."""
    form = as_fhir(rule_set)
    asked = {item["linkId"]: item for item in items(form)}
    pages = {item["linkId"]: page["linkId"] for page in form["item"] for item in page.get("item", ())}
    for response in _of_kind(bundle, "QuestionnaireResponse"):
        if response["questionnaire"] != f"{form['url']}|{form['version']}":
            yield f"answers to {response['questionnaire']}"
        for page in response.get("item", ()):
            for item in page.get("item", ()):
                if pages.get(item["linkId"]) != page["linkId"]:
                    yield f"{item['linkId']}: on page {page['linkId']}"
                if item["text"] != asked[item["linkId"]]["text"]:
                    yield f"{item['linkId']}: other text"
                if len(item.get("answer", ())) > 1 and not asked[item["linkId"]].get("repeats"):
                    yield f"{item['linkId']}: several answers"


def _of_kind(bundle: Json, kind: str) -> list[Json]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def _found(part: Any, key: str) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == key and isinstance(value, str):
                yield value
            yield from _found(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from _found(value, key)


def _codings(part: Any) -> Iterator[Json]:
    if isinstance(part, dict):
        if "code" in part and "system" in part:
            yield part
        for value in part.values():
            yield from _codings(value)
    elif isinstance(part, list):
        for value in part:
            yield from _codings(value)
