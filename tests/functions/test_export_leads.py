"""Tests exports by date range as CSV and FHIR."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import pytest

from functions import export_leads
from shared.formats.leads_csv import header
from shared.rulebook.loading import load
from shared.usecases.exporting import BYTES_IN_EXPORT
from tests.aws import ENVIRONMENT, Aws
from tests.functions.admin_calls import erased, exported, exported_as_fhir
from tests.functions.calls import CONTEXT, EMERGENCY, PRIORITY, URGENT, Json, content, event, pointers
from tests.functions.conftest import AN_OPEN_HOUR, Clock
from tests.functions.staff_calls import captured, worked

JANUARY = {"from": "2026-01-01", "to": "2026-01-31"}


@pytest.fixture(autouse=True)
def now(clock: Clock) -> Clock:
    return clock


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def several(clock: Clock, count: int, answers: Json | None = None) -> list[str]:
    found = []
    for number in range(count):
        clock.at += timedelta(milliseconds=number % 2)
        found.append(captured(answers, lead_id=str(uuid4()), alerted=False))
    return found


def followed(**query: str) -> list[Json]:
    pages = [exported(**query)]
    while link := pages[-1]["headers"].get("link"):
        match = re.fullmatch(r'</leads/export\?([^>]+)>; rel="next"', link)
        assert match is not None
        pages.append(exported(**dict(parse_qsl(match[1]))))
        assert len(pages) < 100
    return pages


class TestCsv:
    def test_the_file_has_one_line_per_lead(self) -> None:
        reference = captured(URGENT)
        worked(reference, "acknowledge")
        answer = exported(format="csv", **JANUARY)
        assert answer["statusCode"] == 200
        assert answer["headers"]["content-type"] == "text/csv; charset=utf-8; header=present"
        assert answer["headers"]["content-disposition"] == 'attachment; filename="leads-2026-01-01-2026-01-31.csv"'
        assert answer["headers"]["cache-control"] == "no-store"
        [line] = lines(answer["body"])
        assert (line["reference"], line["status"], line["owner"]) == (reference, "acknowledged", "nurse")

    @pytest.mark.parametrize(
        ("contact", "cells"),
        [
            ({"phone": "312 555 0142"}, ("(312) 555-0142", "")),
            ({"email": "sample.patient@example.com"}, ("", "sample.patient@example.com")),
        ],
        ids=["phone", "email"],
    )
    def test_a_lead_with_only_one_contact_field_has_a_line(self, contact: Json, cells: tuple[str, str]) -> None:
        captured(contact=contact)
        answer = exported(format="csv", **JANUARY)
        assert answer["statusCode"] == 200
        [line] = lines(answer["body"])
        assert (line["phone"], line["email"]) == cells
        assert {line[name] for name in ("name", "postal", "preference", "best_time")} == {""}

    def test_without_leads_the_file_has_only_a_header(self) -> None:
        assert exported(**JANUARY)["body"] == header()

    def test_concatenated_pages_have_every_lead_once(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = several(clock, 11)
        monkeypatch.setattr("shared.usecases.exporting.LEADS_IN_EXPORT", 3)
        pages = followed(**JANUARY)
        assert [len(page["body"]) > 0 for page in pages] == [True] * len(pages)
        found = [line["reference"] for line in lines("".join(page["body"] for page in pages))]
        assert sorted(found) == sorted(sent)
        assert len(pages) == 4

    def test_changes_between_pages_neither_hide_nor_repeat_a_lead(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = several(clock, 6)
        monkeypatch.setattr("shared.usecases.exporting.LEADS_IN_EXPORT", 2)
        first = exported(**JANUARY)
        for reference in sent:
            worked(reference, "acknowledge")
        erased(lines(first["body"])[-1]["reference"])
        onward = dict(parse_qsl(re.findall(r"\?([^>]+)>", first["headers"]["link"])[0]))
        rest = "".join(page["body"] for page in followed(**onward))
        found = [line["reference"] for line in lines(first["body"] + rest)]
        assert sorted(found) == sorted(sent)

    def test_a_page_ends_before_it_grows_too_large(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        several(clock, 3)
        monkeypatch.setattr("shared.usecases.exporting.BYTES_IN_EXPORT", 10)
        assert [len(lines(header() + page["body"].removeprefix(header()))) for page in followed(**JANUARY)][:3] == [
            1,
            1,
            1,
        ]

    def test_a_page_ends_after_some_reads_even_without_a_match(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        several(clock, 5, PRIORITY)
        wanted = several(clock, 1, URGENT)
        monkeypatch.setattr("shared.usecases.exporting.READS_FOR_EXPORT", 2)
        pages = followed(tier="URGENT", **JANUARY)
        assert len(pages) == 3
        assert [line["reference"] for line in lines("".join(page["body"] for page in pages))] == wanted


class TestFilter:
    def test_by_current_tier(self, aws: Aws) -> None:
        raised, urgent = captured(PRIORITY, lead_id=str(uuid4())), captured(URGENT, lead_id=str(uuid4()))
        captured(EMERGENCY, lead_id=str(uuid4()))
        worked(raised, "raise_tier", tier="URGENT", text="worse since")
        before = len(aws.accesses())
        found = {line["reference"] for line in lines(exported(tier="URGENT", **JANUARY)["body"])}
        assert found == {raised, urgent}
        assert len(aws.accesses()) == before + 2

    def test_by_day_in_the_clinic_s_time_zone(self, clock: Clock) -> None:
        clock.at = datetime(2026, 2, 1, 5, 59, 59, 999_999, tzinfo=UTC)  # January's last microsecond in Chicago
        late = captured(lead_id=str(uuid4()), alerted=False)
        clock.at = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)
        early = captured(lead_id=str(uuid4()), alerted=False)
        assert [line["reference"] for line in lines(exported(**JANUARY)["body"])] == [late]
        assert [
            line["reference"] for line in lines(exported(**{"from": "2026-02-01", "to": "2026-02-01"})["body"])
        ] == [early]

    def test_across_the_end_of_a_year(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = []
        for clock.at in (datetime(2025, month, 15, tzinfo=UTC) for month in (10, 11, 12)):
            sent += several(clock, 2)
        clock.at = AN_OPEN_HOUR
        sent += several(clock, 2)
        monkeypatch.setattr("shared.usecases.exporting.LEADS_IN_EXPORT", 1)
        pages = followed(**{"from": "2025-10-01", "to": "2026-01-31"})
        found = [line["reference"] for line in lines("".join(page["body"] for page in pages))]
        assert sorted(found) == sorted(sent)

    def test_by_default_the_last_thirty_days(self, clock: Clock) -> None:
        reference = captured()
        clock.at += timedelta(days=29)
        assert reference in exported()["body"]
        clock.at += timedelta(days=1)
        assert reference not in exported()["body"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"from": "2026-02-01", "to": "2026-01-01"}, "/to"),
            ({"from": "2024-01-01", "to": "2026-01-01"}, "/to"),
            ({"from": "yesterday"}, "/from"),
            ({"to": "2026-02-30"}, "/to"),
            ({"to": "9999-12-31"}, "/to"),
            ({"from": "1700000000"}, "/from"),
            ({"tier": "URGEN"}, "/tier"),
            ({"format": "xlsx"}, "/format"),
            ({"cursor": "x"}, "/cursor"),
            ({"cursor": f"1_{uuid4()}", **JANUARY}, "/cursor"),
            ({"cursor": f"99999999999999_{uuid4()}", **JANUARY}, "/cursor"),
            ({"rows": "10"}, "/rows"),
        ],
    )
    def test_an_invalid_query_is_refused(self, query: dict[str, str], field: str) -> None:
        answer = exported(**query)
        assert answer["statusCode"] == 422
        assert pointers(answer) == [field]


class TestFhir:
    def test_one_lead(self, aws: Aws) -> None:
        reference = captured(URGENT)
        answer = exported_as_fhir(reference, "nurse")
        assert answer["statusCode"] == 200
        assert answer["headers"]["content-type"] == "application/fhir+json; fhirVersion=4.0"
        resources = [entry["resource"] for entry in content(answer)["entry"]]
        assert resources[0]["identifier"][0]["value"] == reference
        assert {resource["resourceType"] for resource in resources} == {
            "Patient",
            "QuestionnaireResponse",
            "RiskAssessment",
            "DetectedIssue",
            "Task",
            "Consent",
            "Communication",
        }
        assert [(entry["staff_name"], entry["what"]) for entry in aws.accesses()] == [("nurse", "exported")]

    def test_a_range_in_pages(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = several(clock, 3)
        monkeypatch.setattr("shared.usecases.exporting.LEADS_IN_EXPORT", 2)
        pages = followed(format="fhir", **JANUARY)
        assert len(pages) == 2
        found = [
            entry["resource"]["identifier"][0]["value"]
            for page in pages
            for entry in content(page)["entry"]
            if entry["resource"]["resourceType"] == "Patient"
        ]
        assert sorted(found) == sorted(sent)

    def test_a_full_page_is_far_below_lambdas_response_limit(self, clock: Clock, aws: Aws) -> None:
        """Lambda's limit of 6 MB applies to the JSON response with the escaped body."""
        several(clock, 4, URGENT | {"note": "\u4e2d" * 500})
        stored = sum(len(item["lead"]["S"]) for item in aws.items())
        sent = len(json.dumps(exported(format="fhir", **JANUARY)).encode())
        assert sent / stored * (BYTES_IN_EXPORT + 400_000) < 6_000_000


class TestWho:
    @pytest.mark.parametrize("who", ["nurse", "desk", "guest"])
    def test_neither_clinicians_nor_the_desk_export_many_leads(self, who: str, aws: Aws) -> None:
        captured()
        assert exported(who, **JANUARY)["statusCode"] == 403
        assert aws.accesses() == []

    @pytest.mark.parametrize("who", ["manager", "admin"])
    def test_managers_and_administrators_export_many_leads(self, who: str) -> None:
        captured()
        assert exported(who, **JANUARY)["statusCode"] == 200

    @pytest.mark.parametrize("who", ["desk", "guest"])
    def test_everyone_but_the_desk_exports_one_lead(self, who: str, aws: Aws) -> None:
        reference = captured()
        assert exported_as_fhir(reference, who)["statusCode"] == 403
        assert aws.accesses() == []
        assert exported_as_fhir(reference, "admin")["statusCode"] == 200

    def test_an_export_requires_a_sign_in(self) -> None:
        call = event("export_leads")
        del call["requestContext"]["authorizer"]
        assert export_leads.handler(call, CONTEXT)["statusCode"] == 401

    def test_every_exported_lead_is_in_the_access_log(self, aws: Aws, clock: Clock) -> None:
        several(clock, 3)
        exported(**JANUARY)
        assert [entry["what"] for entry in aws.accesses()] == ["exported"] * 3
        assert {UUID(entry["lead_id"]) for entry in aws.accesses()} == {UUID(lead["lead_id"]) for lead in aws.leads()}


def test_a_refused_consent_is_rejected_and_a_revoked_one_inactive() -> None:
    offered = load().of_clinic(ENVIRONMENT["CLINIC_NAME"]).rule_sets["fs-intake"].questionnaire.contact.consents
    shown = {consent.code: consent.text_hash for consent in offered}
    given = {"contact": True, "sms": True, "marketing": False}
    reference = captured(PRIORITY, consents=given, consents_shown=shown)
    worked(reference, "revoke_consent", consent="sms", text="Said so on the phone.")
    consents = [
        entry["resource"]
        for entry in json.loads(exported_as_fhir(reference)["body"])["entry"]
        if entry["resource"]["resourceType"] == "Consent"
    ]
    assert [consent["status"] for consent in consents] == ["active", "inactive", "rejected", "inactive"]
