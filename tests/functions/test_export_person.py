from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from dev.openapi.document import OPERATIONS
from functions import capture_lead
from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.domain.errors import NotFound
from shared.domain.leads.erasure import Kept
from shared.domain.leads.lead import Lead, reference_of
from shared.domain.leads.lead_view import ShownAnswer
from shared.http import lead_responses
from shared.usecases import exporting
from shared.usecases.exporting import BYTES_IN_EXPORT
from shared.usecases.inbox import lead_by_reference
from shared.usecases.ports import Archive
from tests.aws import Aws
from tests.functions.admin_calls import erased, exported_person
from tests.functions.calls import CONTEXT, LEAD_ID, URGENT, content, pointers, posting, submission
from tests.functions.staff_calls import IDS, captured, worked

pytestmark = pytest.mark.usefixtures("clock")
REMARK = "a word among colleagues"


def test_everything_about_the_person_is_exported_as_text() -> None:
    reference = captured(URGENT, attribution={"utm_source": "a-campaign"})
    worked(reference, "acknowledge")
    worked(reference, "contact_attempt", outcome="reached", text="a word among colleagues")
    booking = {"at": "2026-01-16T15:30:00Z", "with_whom": "Dr. Lee", "note": "Bring your MRI."}
    worked(reference, "book", booking=booking)
    answer = exported_person(reference)
    [lead] = content(answer)["leads"]
    assert lead["reference"] == reference
    assert lead["booking"] == booking
    assert lead["contact"]["phone"] == "+13125550142"
    assert {"page", "text", "answer"} == set(lead["answers"][0])
    assert lead["messages_shown"]
    assert lead["attribution"] == {"utm_source": "a-campaign"}
    assert [entry["consent"] for entry in lead["consents"]["ledger"]] == ["contact"]
    assert [(entry["what"], entry["detail"]) for entry in lead["contacts"]] == [
        ("contact_attempt", "reached"),
        ("book", "2026-01-16T15:30:00+00:00"),
    ]
    assert answer["headers"]["cache-control"] == "no-store"


def test_internal_work_and_staff_names_are_not_exported() -> None:
    reference = captured(URGENT)
    worked(reference, "acknowledge")
    worked(reference, "note", text="a word among colleagues")
    text = exported_person(reference)["body"]
    for private in (IDS["nurse"], '"nurse"', "a word among colleagues", "phone_key", "suspicion", "content_hash"):
        assert private not in text


def test_the_data_of_an_erased_lead_are_gone_as_the_api_says() -> None:
    reference = captured(URGENT)
    erased(reference)
    assert exported_person(reference)["statusCode"] == 410
    assert "410" in OPERATIONS["GET /leads/{reference}/person"].problems


@pytest.mark.parametrize("erased_now", [1, 2])
def test_a_lead_that_was_erased_a_moment_ago_hides_no_other(monkeypatch: pytest.MonkeyPatch, erased_now: int) -> None:
    references = [captured(lead_id=str(uuid4())) for _ in range(3)]

    def read(reference: str, leads: Archive) -> Lead:
        if reference == references[erased_now]:
            raise NotFound
        return lead_by_reference(reference, leads)

    monkeypatch.setattr(exporting, "lead_by_reference", read)
    found = {lead["reference"] for lead in content(exported_person(references[0]))["leads"]}
    assert found == {references[0], references[3 - erased_now]}


class RuleForStaff(lead_responses.ShownSafetyRule):
    remark: str = REMARK


class TriageForStaff(lead_responses.ShownTriage):
    remark: str = REMARK


class VersionForStaff(lead_responses.RuleSetVersion):
    remark: str = REMARK


@dataclass(frozen=True, slots=True)
class AnswerForStaff(ShownAnswer):
    remark: str = REMARK


def test_a_new_field_of_the_staff_view_is_not_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = captured(URGENT)
    before = exported_person(reference)["body"]
    monkeypatch.setattr(lead_responses, "ShownSafetyRule", RuleForStaff)
    monkeypatch.setattr(lead_responses, "ShownTriage", TriageForStaff)
    monkeypatch.setattr(lead_responses, "RuleSetVersion", VersionForStaff)
    monkeypatch.setattr("shared.domain.leads.lead_view.ShownAnswer", AnswerForStaff)
    assert exported_person(reference)["body"] == before
    assert REMARK not in before


def test_only_the_listed_fields_are_exported() -> None:
    """After a failure, decide whether the person may see the new field."""
    [lead] = content(exported_person(captured(URGENT)))["leads"]
    assert set(lead) == {
        "reference",
        "received_at",
        "status",
        "triage",
        "tags",
        "messages_shown",
        "answers",
        "contact",
        "consents",
        "attribution",
        "source",
        "earlier",
        "rule_set",
        "contacts",
        "booking",
        "mails",
    }


def test_every_lead_with_the_same_phone_or_email_is_exported(aws: Aws) -> None:
    by_phone = captured(contact={"name": "Ann", "phone": "(312) 555-0142"}, lead_id=str(uuid4()))
    by_email = captured(contact={"name": "Ann", "email": "Ann@Example.com"}, lead_id=str(uuid4()))
    both = captured(contact={"name": "Ann", "phone": "312-555-0142", "email": "ann@example.com"})
    captured(contact={"name": "Bo", "phone": "(312) 555-0199"}, lead_id=str(uuid4()))
    found = [lead["reference"] for lead in content(exported_person(both))["leads"]]
    assert found[0] == both
    assert set(found) == {both, by_phone, by_email}
    assert sorted(entry["what"] for entry in aws.accesses()) == ["exported"] * 3


def test_it_says_when_there_may_be_more_and_skips_deleted_leads(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.usecases.exporting.SAME_PERSON", 3)
    reference, other = captured(), captured(lead_id=str(uuid4()))
    assert content(exported_person(reference))["complete"] is True
    third = captured(lead_id=str(uuid4()))
    assert content(exported_person(reference))["complete"] is False
    monkeypatch.setattr(LeadsTable, "kept", _without(other))
    found = [lead["reference"] for lead in content(exported_person(reference))["leads"]]
    assert (set(found), len(found)) == ({reference, third}, 2)


def test_much_data_comes_in_several_answers(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [captured(lead_id=str(uuid4())) for _ in range(3)]
    monkeypatch.setattr("shared.usecases.exporting.BYTES_IN_EXPORT", 10)
    found: list[str] = []
    query: dict[str, str] = {}
    for _ in sent:
        page = content(exported_person(sent[0], **query))
        found += [lead["reference"] for lead in page["leads"]]
        query = {"cursor": page["cursor"]}
    assert (found[0], sorted(found), page["cursor"]) == (sent[0], sorted(sent), None)
    assert len(aws.accesses()) == 3
    answer = exported_person(sent[0], cursor="00000-00000")
    assert (answer["statusCode"], pointers(answer)) == (422, ["/cursor"])


def test_an_answer_is_far_below_lambdas_response_limit(aws: Aws) -> None:
    """Lambda's limit of 6 MB applies to the JSON response with the escaped body."""
    for number in range(6):
        body = submission(URGENT | {"note": f"\u4e2d{number}" * 100}, submission_id=LEAD_ID, complete=number == 5)
        assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] in (200, 201)
    [item] = aws.items()
    stored = len(item["lead"]["S"])
    sent = len(json.dumps(exported_person(reference_of(UUID(LEAD_ID)))).encode())
    assert sent / stored * (BYTES_IN_EXPORT + 400_000) < 6_000_000


def _without(reference: str) -> Callable[[LeadsTable, UUID], Kept | None]:
    kept = LeadsTable.kept

    def found(leads: LeadsTable, lead_id: UUID) -> Kept | None:
        return None if reference_of(lead_id) == reference else kept(leads, lead_id)

    return found


@pytest.mark.parametrize("who", ["nurse", "desk", "manager", "guest"])
def test_only_administrators_export_a_person(who: str, aws: Aws) -> None:
    reference = captured(submission()["answers"], lead_id=LEAD_ID)
    assert exported_person(reference, who)["statusCode"] == 403
    assert aws.accesses() == []
