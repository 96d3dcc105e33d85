from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from dev import template
from dev.cloud import LocalCloud
from tests.e2e.conftest import Json, Service, Staff, eventually
from tests.e2e.sign_in import Colleague, SignIn, sign_in

RESOURCES = template.expand()["Resources"].values()
KEYS = sorted(
    resource["Properties"]["RouteKey"]
    for resource in RESOURCES
    if resource["Type"] == "AWS::ApiGatewayV2::Route" and resource["Properties"].get("AuthorizerId")
)
ROUTES = [tuple(key.replace("{reference}", "7K3MQ-2XDRT").split(" /")) for key in KEYS]


@pytest.fixture(scope="module")
def nurse(cloud: LocalCloud, service: Service) -> Colleague:
    return sign_in(cloud, service, "nurse")


@pytest.fixture(scope="module")
def desk(cloud: LocalCloud, service: Service) -> Colleague:
    return sign_in(cloud, service, "desk")


@pytest.fixture
def reference(service: Service, staff: Staff, submission: Json) -> str:
    found: str = service.submit(submission).json["reference"]
    staff.wait_for_alert(found)
    return found


def version_of(who: Colleague, reference: str) -> int:
    return int(who.get(f"leads/{reference}").json["summary"]["version"])


def unsigned(token: str) -> str:
    head, claims, _ = token.split(".")
    return f"{head}.{claims}.{base64.urlsafe_b64encode(bytes(256)).rstrip(b'=').decode()}"


def promoted(token: str) -> str:
    head, claims, signature = token.split(".")
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    better = json.dumps(decoded | {"cognito:groups": ["admin", "clinician"]}).encode()
    return f"{head}.{base64.urlsafe_b64encode(better).rstrip(b'=').decode()}.{signature}"


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_gets_in_without_a_token_that_the_pool_signed(
    service: Service, desk: Colleague, method: str, path: str
) -> None:
    token = desk.tokens["access_token"]
    body = b"{}" if method == "POST" else None
    headers = {"content-type": "application/json"}
    for given in (None, "x", "Bearer x", f"Bearer {unsigned(token)}", f"Bearer {promoted(token)}"):
        answer = service.call(method, path, body, headers | ({"authorization": given} if given else {}))
        assert answer.status == 401, given


def test_a_token_with_one_flipped_bit_opens_nothing(service: Service, desk: Colleague) -> None:
    """Leaves out the last character, because some of its bits have no meaning."""
    token = desk.tokens["access_token"]
    assert service.get("rules", {"authorization": f"Bearer {token}"}).status == 200
    for place in range(0, len(token) - 1, 3):
        spoilt = token[:place] + chr(ord(token[place]) ^ 1) + token[place + 1 :]
        assert service.get("rules", {"authorization": f"Bearer {spoilt}"}).status == 401, place


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_id_token_opens_nothing(service: Service, nurse: Colleague, method: str, path: str) -> None:
    headers = {"content-type": "application/json", "authorization": f"Bearer {nurse.tokens['id_token']}"}
    assert service.call(method, path, b"{}" if method == "POST" else None, headers).status == 403


def test_a_sign_in_code_needs_the_verifier_and_works_once(cloud: LocalCloud, service: Service) -> None:
    attempt = SignIn(cloud, service)
    code = attempt.code("nurse")
    assert code
    assert attempt.exchange(code, code_verifier="x" * 64).status == 400
    again = SignIn(cloud, service)
    code = again.code("nurse")
    assert again.exchange(code).status == 200
    assert again.exchange(code).status == 400


def test_the_sign_in_does_not_redirect_elsewhere(cloud: LocalCloud, service: Service) -> None:
    assert SignIn(cloud, service).page(redirect_uri="https://elsewhere.example/inbox").status == 400


def test_a_wrong_password_gives_no_code(cloud: LocalCloud, service: Service) -> None:
    assert SignIn(cloud, service).code("nurse", "wrong") == ""


def test_a_lead_from_the_alert_to_the_appointment(nurse: Colleague, reference: str) -> None:
    eventually(lambda: nurse.post("leads/search", {"q": reference}).json["leads"], "the lead to be found")
    assert reference in [lead["reference"] for lead in nurse.get("leads?view=open").json["leads"]]
    seen = nurse.get(f"leads/{reference}").json
    assert seen["contact"]["name"] == "Sample Patient 07"
    version = seen["summary"]["version"]
    assert nurse.works(reference, "acknowledge", version).json["summary"]["owner_name"] == "nurse"
    assert reference in [lead["reference"] for lead in nurse.get("leads?view=mine").json["leads"]]
    assert nurse.works(reference, "contact_attempt", version + 1, outcome="reached").status == 200
    appointment = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    booked = nurse.works(reference, "book", version + 2, booking={"at": appointment}).json
    assert [entry["action"] for entry in booked["history"]] == ["acknowledge", "contact_attempt", "book"]
    assert reference not in [lead["reference"] for lead in nurse.get("leads?view=open").json["leads"]]
    assert reference in [lead["reference"] for lead in nurse.get("leads?view=closed").json["leads"]]


def test_of_two_acknowledgements_at_once_one_wins(nurse: Colleague, desk: Colleague, reference: str) -> None:
    version = version_of(nurse, reference)
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda who: who.works(reference, "acknowledge", version), (nurse, desk)))
    (lost,) = [answer for answer in answers if answer.status == 409]
    (won,) = [answer for answer in answers if answer.status == 200]
    assert lost.json["owner_name"] == won.json["summary"]["owner_name"]
    assert len(won.json["history"]) == 1


def test_a_shift_changes_with_the_staff_of_the_pool(
    cloud: LocalCloud, service: Service, nurse: Colleague, desk: Colleague, reference: str
) -> None:
    nurse.works(reference, "acknowledge", version_of(nurse, reference))
    assert [one["name"] for one in nurse.get("staff").json["staff"]] == ["desk", "nurse"]
    over = nurse.works(reference, "hand_over", version_of(nurse, reference), to="desk")
    assert (over.status, over.json["summary"]["owner_name"]) == (200, "desk")
    assert desk.works(reference, "note", version_of(desk, reference), text="I have it.").status == 200
    week = [{"who": "nurse", "day": "Mon", "starts": "08:00", "ends": "08:00"}]
    rota = {"version": nurse.get("rota").json["version"], "weekly": week}
    assert nurse.put("rota", rota).status == 403
    manager = sign_in(cloud, service, "manager")
    assert manager.put("rota", rota).json["version"] == rota["version"] + 1
    assert manager.put("rota", rota).status == 409
    assert nurse.get("rota").json["weekly"] == week


def test_groups_come_with_the_token(desk: Colleague, reference: str) -> None:
    version = version_of(desk, reference)
    answer = desk.works(reference, "lower_tier", version, tier="ROUTINE", text="It looks harmless.")
    assert answer.status == 403
    assert desk.get("rules").json["rule_sets"][0]["id"] == "fs-triage"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_mail_scanner_that_follows_the_link_changes_nothing(
    cloud: LocalCloud, service: Service, nurse: Colleague, reference: str, method: str
) -> None:
    before = nurse.get(f"leads/{reference}").json
    for path in (f"inbox#lead={reference}", f"leads/{reference}", f"leads/{reference}/actions"):
        service.call(method, path, None, None)
    after = nurse.get(f"leads/{reference}").json
    assert (after["summary"], after["history"]) == (before["summary"], before["history"])
