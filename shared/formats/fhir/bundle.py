"""Exports leads as a FHIR R4 Bundle, for an EHR. docs/decisions/0010-export-and-retention.md explains the mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.domain.intake.submission import Contact
from shared.domain.leads.booking import Booking
from shared.domain.leads.consent import ConsentRecord
from shared.domain.leads.lead import Lead
from shared.domain.rules.questionnaire import Answer, Page, Question
from shared.domain.rules.triage import FiredRule, RuleSet
from shared.formats.fhir.questionnaire import BASE, answer_system

HL7_TERMS = "http://terminology.hl7.org/CodeSystem"
# tier -> FHIR priority; any other tier is "routine"
PRIORITIES = {"EMERGENCY": "stat", "URGENT": "asap", "PRIORITY": "urgent"}
# safety rule's floor -> FHIR severity; any other floor is "low"
SEVERITIES = {"EMERGENCY": "high", "URGENT": "high", "PRIORITY": "moderate"}
# reason for closing -> FHIR status; any other reason is "cancelled"
CLOSED = {"not_a_fit": "rejected", "unreachable": "failed"}
PHONE_PREFERENCES = ("call", "text")

Json = dict[str, Any]


def as_bundle(leads: Iterable[tuple[Lead, RuleSet | None]], at: datetime) -> Json:
    """Returns the Bundle as JSON values.

    leads: leads with the current rule set of their questionnaire; None if the questionnaire no longer exists.

    References have the form `Patient/<id>`, because some systems reject urn:uuid.
    """
    entries = [entry for lead, rule_set in leads for entry in _LeadExport(lead, rule_set).entries()]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": _instant(at), "entry": entries}


class _LeadExport:
    """The FHIR resources of one lead. A resource has the lead's id if its type occurs at most once per lead."""

    def __init__(self, lead: Lead, rule_set: RuleSet | None) -> None:
        self.lead = lead
        self.rule_set = rule_set
        self.id = str(lead.lead_id)
        self.patient = self._reference("Patient")
        self.received_at = _instant(lead.assessment.received_at)

    def entries(self) -> Iterator[Json]:
        for resource in self._resources():
            yield {"fullUrl": f"{BASE}/{resource['resourceType']}/{resource['id']}", "resource": resource}

    def _resources(self) -> Iterator[Json]:
        yield self._patient()
        yield self._questionnaire_response()
        yield self._risk_assessment()
        yield from map(self._detected_issue, self.lead.assessment.triage.safety_rules)
        if self._has_task:
            yield self._task()
        if self.lead.work.booking:
            yield self._appointment(self.lead.work.booking)
        yield from self._consents()
        yield from self._advice_shown()
        yield from map(self._alert, range(1, self.lead.escalation.alert_delivered + 1))

    @property
    def _has_task(self) -> bool:
        return bool(self.lead.escalation.alert_due or self.lead.history)

    def _patient(self) -> Json:
        contact = self.lead.submitted.contact
        language = {"coding": [{"system": "urn:ietf:bcp:47", "code": self.lead.submitted.language}]}
        return {
            "resourceType": "Patient",
            "id": self.id,
            "meta": {"tag": [{"system": f"{BASE}/CodeSystem/record", "code": "lead", "display": "Not yet a patient"}]},
            "identifier": [{"system": f"{BASE}/lead-reference", "value": self.lead.reference}],
            **({"name": [{"text": contact.name}]} if contact.name else {}),
            **_unless_empty("telecom", self._telecom()),
            **({"address": [{"postalCode": contact.postal}]} if contact.postal else {}),
            "communication": [{"language": language, "preferred": True}],
        }

    def _telecom(self) -> list[Json]:
        """Rank 1 marks the way that the patient prefers."""
        contact = self.lead.submitted.contact
        ways = (
            ("phone", _with_extension(contact), contact.preference in PHONE_PREFERENCES),
            ("email", contact.email, contact.preference == "email"),
        )
        return [
            {"system": system, "value": value, **({"rank": 1} if preferred else {})}
            for system, value, preferred in ways
            if value
        ]

    def _questionnaire_response(self) -> Json:
        lead = self.lead
        url = f"{BASE}/Questionnaire/{lead.submitted.questionnaire}"
        return {
            "resourceType": "QuestionnaireResponse",
            "id": self.id,
            "questionnaire": f"{url}|{lead.submitted.questionnaire_version}",
            "status": "completed" if lead.submitted.complete else "in-progress",
            "subject": self.patient,
            "authored": self.received_at,
            **_unless_empty("item", [*self._pages(), *self._unknown_answers()]),
        }

    def _pages(self) -> Iterator[Json]:
        """Yields the answers that the rules take into account, grouped by page as in the Questionnaire."""
        if self.rule_set is None:
            return
        facts = self.rule_set.questionnaire.facts(self.lead.submitted.answers, door=self.lead.door)
        counting = facts.numbers.keys() | facts.texts.keys() | facts.chosen.keys()
        for page in self.rule_set.questionnaire.pages:
            items = [
                self._item(question.code, self.lead.submitted.answers[question.code], question)
                for question in page.questions
                if question.code in self.lead.submitted.answers and question.code in counting
            ]
            if items:
                yield _group(page, items)

    def _unknown_answers(self) -> Iterator[Json]:
        """Yields the answers to questions that the current questionnaire lacks."""
        known = self.rule_set.questionnaire.questions if self.rule_set else {}
        for code, answer in self.lead.submitted.answers.items():
            if code not in known:
                yield self._item(code, answer, None)

    def _item(self, code: str, answer: Answer, question: Question | None) -> Json:
        text = {"text": question.text} if question else {}
        return {"linkId": code, **text, **_unless_empty("answer", self._values(code, answer, question))}

    def _values(self, code: str, answer: Answer, question: Question | None) -> list[Json]:
        if isinstance(answer, int):
            return [{"valueInteger": answer}]
        if isinstance(answer, str) and (question is None or not question.options):
            return [{"valueString": answer}] if answer.strip() else []
        chosen = [answer] if isinstance(answer, str) else answer
        return [{"valueCoding": self._coding(code, option, question)} for option in chosen]

    def _coding(self, code: str, option: str, question: Question | None) -> Json:
        labels = {known.code: known.label for known in question.options} if question else {}
        display = {"display": labels[option]} if option in labels else {}
        return {"system": answer_system(self.lead.submitted.questionnaire), "code": f"{code}.{option}", **display}

    def _risk_assessment(self) -> Json:
        triage = self.lead.assessment.triage
        fired = (*triage.safety_rules, *triage.not_fit_rules, *triage.fit_rules)
        rule_set = {"system": f"{BASE}/CodeSystem/rule-set", "code": triage.rule_set}
        prediction: Json = {"qualitativeRisk": self._tier(triage.tier)}
        if fired:
            prediction["rationale"] = ", ".join(rule.id for rule in fired)
        advice = "\n".join(message.text for message in self.lead.assessment.messages_shown)
        return {
            "resourceType": "RiskAssessment",
            "id": self.id,
            "status": "final",
            "method": {
                "coding": [rule_set | {"version": triage.rule_set_version}],
                "text": f"{triage.rule_set} {triage.rule_set_version}",
            },
            "subject": self.patient,
            "occurrenceDateTime": self.received_at,
            "basis": [self._reference("QuestionnaireResponse")],
            "prediction": [prediction],
            **({"mitigation": advice} if advice else {}),
        }

    def _tier(self, tier: str) -> Json:
        return {"coding": [{"system": f"{BASE}/CodeSystem/tier", "code": tier}], "text": tier}

    def _detected_issue(self, fired: FiredRule) -> Json:
        floors = {rule.id: rule.floor for rule in self._safety_rules()}
        severity = {"severity": SEVERITIES.get(floors[fired.id], "low")} if fired.id in floors else {}
        system = f"{BASE}/CodeSystem/{self.lead.assessment.triage.rule_set}-rule"
        return {
            "resourceType": "DetectedIssue",
            "id": f"{self.id}-{fired.id}",
            "status": "final",
            "code": {"coding": [{"system": system, "code": fired.id}], "text": fired.reason},
            **severity,
            "patient": self.patient,
            "identifiedDateTime": self.received_at,
            "evidence": [{"detail": [self._reference("QuestionnaireResponse")]}],
            **({"detail": "; ".join(fired.sources)} if fired.sources else {}),
        }

    def _safety_rules(self) -> Iterator[Any]:
        if self.rule_set is not None:
            yield from (*self.rule_set.safety, self.rule_set.scoring_failure)

    def _task(self) -> Json:
        lead = self.lead
        tiers = self.rule_set.tiers if self.rule_set else {}
        changed_at = lead.history[-1].at if lead.history else lead.assessment.received_at
        code = {"system": f"{BASE}/CodeSystem/task", "code": "answer-lead"}
        owner = {"identifier": {"system": f"{BASE}/staff", "value": lead.work.owner}, "display": lead.work.owner_name}
        return {
            "resourceType": "Task",
            "id": self.id,
            "status": self._task_status(),
            **({"statusReason": {"text": lead.work.closed_reason}} if lead.work.closed_reason else {}),
            "intent": "order",
            "priority": PRIORITIES.get(lead.tier, "routine"),
            "code": {"coding": [code], "text": "Contact the person who sent this lead"},
            **({"description": lead.response(tiers).clinic_does} if lead.tier in tiers else {}),
            "focus": self._reference("QuestionnaireResponse"),
            "for": self.patient,
            "authoredOn": self.received_at,
            "lastModified": _instant(max(changed_at, lead.assessment.received_at)),
            **({"owner": owner} if lead.work.owner else {}),
            "reasonReference": self._reference("RiskAssessment"),
            **(
                {"restriction": {"period": {"end": _instant(lead.escalation.deadline)}}}
                if lead.escalation.deadline
                else {}
            ),
        }

    def _appointment(self, booking: Booking) -> Json:
        """The end time is assumed, because FHIR requires one (app-3)."""
        clinician = [{"actor": {"display": booking.with_whom}, "status": "accepted"}] if booking.with_whom else []
        return {
            "resourceType": "Appointment",
            "id": self.id,
            "status": "booked",
            "start": _instant(booking.at),
            "end": _instant(booking.ends),
            "supportingInformation": [self._reference("QuestionnaireResponse")],
            **({"patientInstruction": booking.note} if booking.note else {}),
            "participant": [{"actor": self.patient, "status": "accepted"}, *clinician],
        }

    def _task_status(self) -> str:
        match self.lead.work.status:
            case "acknowledged":
                return "in-progress" if self.lead.work.attempts else "accepted"
            case "booked":
                return "completed"
            case "closed":
                return CLOSED.get(self.lead.work.closed_reason, "cancelled")
            case _:
                return "requested"

    def _consents(self) -> Iterator[Json]:
        """Only the latest entry per consent can be active."""
        latest: dict[str, int] = {record.consent: n for n, record in enumerate(self.lead.submitted.consent_records)}
        for n, record in enumerate(self.lead.submitted.consent_records):
            yield self._consent(n, record, latest=latest[record.consent] == n)

    def _consent(self, number: int, record: ConsentRecord, *, latest: bool) -> Json:
        taken_back = any(
            earlier.given
            for earlier in self.lead.submitted.consent_records[:number]
            if earlier.consent == record.consent
        )
        refused = "inactive" if taken_back else "rejected"
        return {
            "resourceType": "Consent",
            "id": f"{self.id}-{number + 1}",
            "status": ("active" if record.given else refused) if latest else "inactive",
            "scope": _concept(f"{HL7_TERMS}/consentscope", "patient-privacy"),
            "category": [
                _concept("http://loinc.org", "59284-0"),
                _concept(f"{BASE}/CodeSystem/consent", record.consent),
            ],
            "patient": self.patient,
            "dateTime": _instant(record.at),
            "performer": [self.patient],
            "policyRule": {"text": record.text or f"Text shown elsewhere: {record.how}"},
        }

    def _advice_shown(self) -> Iterator[Json]:
        """Yields a Communication for each advice message that was shown.

        Its payload is the message's id and the version of the rule set, because the RiskAssessment has the text.
        """
        triage = self.lead.assessment.triage
        for message in self.lead.assessment.messages_shown:
            yield {
                "resourceType": "Communication",
                "id": f"{self.id}-{message.id}",
                "language": self.lead.submitted.language,
                "status": "completed",
                "category": [_concept(f"{HL7_TERMS}/communication-category", "instruction")],
                "subject": self.patient,
                "recipient": [self.patient],
                "sent": self.received_at,
                "about": [self._reference("RiskAssessment")],
                "payload": [{"contentString": f"{message.id} ({triage.rule_set} {triage.rule_set_version})"}],
            }

    def _alert(self, level: int) -> Json:
        return {
            "resourceType": "Communication",
            "id": f"{self.id}-alert-{level}",
            "status": "completed",
            "category": [_concept(f"{HL7_TERMS}/communication-category", "alert")],
            "subject": self.patient,
            **({"about": [self._reference("Task")]} if self._has_task else {}),
            "payload": [{"contentString": f"alert {level} to staff"}],
        }

    def _reference(self, kind: str) -> Json:
        return {"reference": f"{kind}/{self.id}"}


def _with_extension(contact: Contact) -> str | None:
    return f"{contact.phone} ext. {contact.extension}" if contact.phone and contact.extension else contact.phone


def _group(page: Page, items: list[Json]) -> Json:
    return {"linkId": page.id, "text": page.title, "item": items}


def _concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _unless_empty(key: str, values: list[Json]) -> Mapping[str, list[Json]]:
    """FHIR forbids empty lists."""
    return {key: values} if values else {}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
