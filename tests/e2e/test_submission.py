"""Tests a submission from the form to the staff."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest

from dev.cloud import LocalCloud
from tests.aws import flat
from tests.e2e.conftest import Json, Service, Staff


def stored(cloud: LocalCloud, lead_id: str) -> Json | None:
    key = {"lead_id": {"S": lead_id}}
    item = cloud.client("dynamodb").get_item(TableName=cloud.outputs["LeadsTable"], Key=key, ConsistentRead=True)
    return flat(item["Item"]["lead"]["S"]) if "Item" in item else None


def count(cloud: LocalCloud, text: str) -> int:
    pages = (
        cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=cloud.outputs["LeadsTable"], ConsistentRead=True)
    )
    return sum(text in item["lead"]["S"] for page in pages for item in page["Items"] if "lead" in item)


def test_a_submission_is_stored_and_staff_are_alerted(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json
) -> None:
    answer = service.submit(submission)

    assert answer.status == HTTPStatus.CREATED
    receipt = answer.json
    assert receipt["disposition"] == "next-business-day-call"
    assert receipt["messages"][-1]["id"] == "M-NET"
    assert not {"tier", "fit_score", "triage"} & receipt.keys()

    lead = stored(cloud, submission["submission_id"])
    assert lead is not None
    assert lead["reference"] == receipt["reference"]
    assert lead["triage"]["tier"] == "PRIORITY"

    alert = staff.wait_for_alert(receipt["reference"])
    assert (alert.tier, alert.kind, alert.subject) == ("PRIORITY", "new", "PRIORITY lead waiting")
    assert f"{cloud.address}/inbox#lead={receipt['reference']}" in alert.body
    for personal in ("Sample Patient", "555", "sample.patient", "pain", "lumbar"):
        assert personal not in alert.body + alert.subject


def test_the_same_submission_again_is_the_same_lead_and_one_alert(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json
) -> None:
    # Responses say whether a receipt was mailed.
    del submission["contact"]["email"]
    first, again = (service.submit(submission) for _ in range(2))

    assert (first.status, again.status) == (HTTPStatus.CREATED, HTTPStatus.OK)
    assert again.body == first.body
    staff.wait_for_alert(first.json["reference"])
    assert len(staff.alerts_about(first.json["reference"])) == 1


def test_one_lead_however_often_it_is_sent_at_once(cloud: LocalCloud, service: Service, submission: Json) -> None:
    submission["contact"] = {"name": "Impatient Patient", "phone": "(312) 555-0107"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: service.submit(submission), range(6)))

    assert sorted(answer.status for answer in answers) == [HTTPStatus.OK] * 5 + [HTTPStatus.CREATED]
    assert len({answer.body for answer in answers}) == 1
    assert count(cloud, "Impatient Patient") == 1


def test_the_same_id_with_other_content_is_a_conflict(cloud: LocalCloud, service: Service, submission: Json) -> None:
    service.submit(submission)
    other = submission | {"answers": submission["answers"] | {"pain": 3}}

    answer = service.submit(other)

    assert answer.status == HTTPStatus.CONFLICT
    assert answer.json["emergency_advice"]
    lead = stored(cloud, submission["submission_id"])
    assert lead is not None
    assert lead["answers"]["pain"] == 7


def test_a_fault_names_the_field_and_never_the_value(cloud: LocalCloud, service: Service, submission: Json) -> None:
    submission["contact"]["phone"] = "call me maybe"

    answer = service.submit(submission)

    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json["errors"]] == ["/contact/phone"]
    assert b"maybe" not in answer.body
    assert answer.json["clinic_phone"] == cloud.parameters["ClinicPhone"]
    assert stored(cloud, submission["submission_id"]) is None


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b" " * (64 * 1024 + 1), "application/json", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"{}", "text/plain", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (b"{", "application/json", HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
    ids=["too large", "other media type", "not JSON"],
)
def test_an_unreadable_body_is_refused_with_the_emergency_advice(
    service: Service, body: bytes, media_type: str, status: HTTPStatus
) -> None:
    answer = service.post("submissions", body, {"content-type": media_type})

    assert answer.status == status
    assert answer.json["emergency_advice"]


def test_nothing_about_a_minor_is_stored(cloud: LocalCloud, service: Service, submission: Json) -> None:
    submission["attribution"]["utm_source"] = "playground"
    del submission["contact"], submission["consents"]
    submission["answers"]["age"] = 15

    answer = service.submit(submission)

    assert answer.status == HTTPStatus.OK
    assert answer.json["reference"] is None
    assert count(cloud, "playground") == 0
