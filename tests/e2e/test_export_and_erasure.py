from __future__ import annotations

import csv
import io
from http import HTTPStatus

import pytest

from dev.cloud import LocalCloud
from tests.e2e.conftest import Json, Service, Staff
from tests.e2e.sign_in import Colleague, sign_in


@pytest.fixture(scope="module")
def admin(cloud: LocalCloud, service: Service) -> Colleague:
    return sign_in(cloud, service, "admin")


@pytest.fixture
def reference(service: Service, staff: Staff, submission: Json) -> str:
    found: str = service.submit(submission).json["reference"]
    staff.wait_for_alert(found)
    return found


def test_a_lead_is_exported_for_the_person_and_the_clinic_and_then_erased(
    admin: Colleague, reference: str, submission: Json
) -> None:
    answer = admin.get("leads/export?format=csv")
    assert answer.status == HTTPStatus.OK
    assert answer.headers["content-type"].startswith("text/csv")
    assert reference in {
        line["reference"] for line in csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline=""))
    }

    bundle = admin.get(f"leads/{reference}/fhir").json
    assert bundle["entry"][0]["resource"]["identifier"][0]["value"] == reference

    person = admin.get(f"leads/{reference}/person").json
    assert reference in {lead["reference"] for lead in person["leads"]}

    assert admin.delete(f"leads/{reference}").json["reference"] == reference
    assert admin.get(f"leads/{reference}").status == HTTPStatus.GONE
    assert admin.service.submit(submission).status == HTTPStatus.CONFLICT


@pytest.mark.parametrize("who", ["nurse", "desk"])
def test_only_administrators_export_and_erase(cloud: LocalCloud, service: Service, reference: str, who: str) -> None:
    colleague = sign_in(cloud, service, who)
    assert colleague.get("leads/export").status == HTTPStatus.FORBIDDEN
    assert colleague.get(f"leads/{reference}/person").status == HTTPStatus.FORBIDDEN
    assert colleague.delete(f"leads/{reference}").status == HTTPStatus.FORBIDDEN
    assert colleague.get(f"leads/{reference}").status == HTTPStatus.OK
