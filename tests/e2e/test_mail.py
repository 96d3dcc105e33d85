from __future__ import annotations

import json
import re
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from dev.cloud import LocalCloud
from dev.front import drawn_mails
from tests.e2e.conftest import Json, Service, Staff


def mails_to(cloud: LocalCloud, email: str) -> list[dict[str, Any]]:
    """Sweeps until the address has mail, and once more. Returns all mails to the address."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not any(mail["To"] == [email] for mail in cloud.mails()):
        sweep(cloud)
    sweep(cloud)
    return [mail for mail in cloud.mails() if mail["To"] == [email]]


def sweep(cloud: LocalCloud) -> None:
    answer = cloud.client("lambda").invoke(FunctionName=cloud.resources["SendMail"])
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_a_receipt_is_mailed_once_and_its_link_ends_mail(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json
) -> None:
    email = "local.receipt@example.com"
    submission["contact"] |= {"email": email}
    reference = service.submit(submission).json["reference"]
    staff.wait_for_alert(reference)

    (mail,) = mails_to(cloud, email)

    assert (mail["Source"], mail["Subject"]) == ("office@clinic.example", "We have your request")
    assert reference in mail["BodyText"]
    assert reference in mail["BodyHtml"]
    (link,) = re.findall(r"https?://\S+/unsubscribe/\S+", mail["BodyText"])
    address = urlsplit(link)
    path = f"{address.path.lstrip('/')}?{address.query}"
    assert b"Stop e-mail" in service.get(path).body
    ended = service.call("POST", path, b"List-Unsubscribe=One-Click", {"accept": "text/html"})
    assert (ended.status, b"You will get no more e-mail" in ended.body) == (HTTPStatus.OK, True)
    key = {"lead_id": {"S": submission["submission_id"]}}
    item = cloud.client("dynamodb").get_item(TableName=cloud.outputs["LeadsTable"], Key=key, ConsistentRead=True)
    lead = json.loads(item["Item"]["lead"]["S"])
    assert lead["mail"]["closed_as"] == "unsubscribed"
    assert lead["submitted"]["consent_records"][-1]["consent"] == "email"
    shown = drawn_mails([mail])
    assert "<h2>We have your request</h2>" in shown
    assert 'sandbox="allow-popups"' in shown
