"""Compares whole documents with the copies in tests/data.

After an intended change, run `STORE=1 .venv/bin/python -m pytest tests/functions/test_documents.py` and review the diff
of tests/data.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from functions import capture_lead, draw_form, escalate_leads, send_mail
from shared.domain.leads.lead import reference_of
from tests.aws import ENVIRONMENT, Aws
from tests.domain.answer_sets import RULE_SET
from tests.functions.admin_calls import accesses, erased, exported, exported_as_fhir, exported_person
from tests.functions.calls import CONTEXT, LEAD_ID, URGENT, Json, event, posting, submission
from tests.functions.conftest import Clock
from tests.functions.fill_form import fill_and_check, fill_to
from tests.functions.plain_browser import PlainBrowser
from tests.functions.staff_calls import attributes, indexed, listed, opened, reported, searched, worked

DATA = Path(__file__).parents[1] / "data"
CONTACT = {
    "name": "Ana Example",
    "phone": "(312) 555-0142 ext. 12",
    "email": "ana@example.com",
    "postal": "60601",
    "preference": "email",
    "best_time": "morning",
}
ANSWERS = URGENT | {
    "motor": None,
    "cord": ["unsure"],
    "goal": None,
    "insurance": None,
    "note": "Since the fall I cannot feel my left foot.",
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RANDOM = re.compile(r"(?<![0-9a-f-])[0-9a-f]{32}(?![0-9a-f])")
OF_SIGNATURES = re.compile(
    r'"(approved_by|approvalDate|awaiting_approval|awaiting_translation_review)": ("[^"]*"|true|false), '
    r'|(?<="resourceType": "Questionnaire", )"status": "\w+", |"[^"]*class=\\"approval\\"[^"]*", '
    r'|<p class=\\"notice waiting\\">[^<]*approval\. </p>'
)
RANDOM_FIELD = re.compile(r'(?<=name=")(submission_id|token)" value="[^"]*')
REFERENCE = reference_of(UUID(LEAD_ID))
TABLES = ("LEADS_TABLE", "ACCESS_LOG", "DERIVED_DATA", "MAIL_ADDRESSES", "ERASURES_TABLE")


def body_of(response: Json) -> object:
    """Returns a response's status and body, with parsed JSON or the text's lines."""
    text, kind = response["body"], response["headers"].get("content-type", "")
    return [response["statusCode"], json.loads(text) if "json" in kind else text.splitlines()]


def alerts(aws: Aws) -> list[object]:
    return [
        [alert["Subject"], alert["Message"].splitlines(), dict(sorted(attributes(alert).items()))]
        for alert in aws.alerts()
    ]


def mails(aws: Aws) -> list[object]:
    send_mail.handler(event("send_mail"), CONTEXT)
    return [[mail.subject, mail.destinations, mail.body.splitlines()] for mail in aws.mails()]


def work(aws: Aws, action: str, **fields: Any) -> Json:
    """Sends a staff action without opening the lead, which the access log would record."""
    return worked(REFERENCE, action, version=aws.stored()[0]["version"], **fields)


def tables(aws: Aws) -> dict[str, object]:
    found: dict[str, object] = {}
    for table in TABLES:
        items: list[Any] = aws.dynamodb.scan(TableName=ENVIRONMENT[table])["Items"]
        for item in items:
            for value in item.values():
                if value.get("S", "").startswith("{"):
                    value["S"] = json.loads(value["S"])
        found[table] = sorted(items, key=json.dumps)
    return found


def journey(aws: Aws, clock: Clock) -> Iterator[tuple[str, object]]:
    consents = {"contact": True, "sms": True, "marketing": True}
    sent = submission(ANSWERS, contact=CONTACT, consents=consents, submission_id=LEAD_ID)
    yield "sent", body_of(capture_lead.handler(posting("capture_lead", sent), CONTEXT))
    yield "sent again", body_of(capture_lead.handler(posting("capture_lead", sent), CONTEXT))
    yield "answers added", body_of(capture_lead.handler(event("capture_lead.answers"), CONTEXT))
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    yield "first alert", alerts(aws)
    yield "first mail", mails(aws)

    clock.at += HOUR
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    yield "escalation", alerts(aws)
    indexed(LEAD_ID)
    yield "list", body_of(listed())
    yield "search", body_of(searched("(312) 555-0142"))
    yield "opened", body_of(opened(REFERENCE))
    yield (
        "after an attempt",
        body_of(work(aws, "contact_attempt", outcome="left_message", text="Her sister will tell her.")),
    )
    yield "raised", work(aws, "raise_tier", tier="EMERGENCY", text="Foot drop.")["statusCode"]
    yield "after STOP", body_of(work(aws, "revoke_consent", consent="sms", text="STOP"))
    clock.at += HOUR
    booking = {"at": "2026-01-20T09:30:00-06:00", "with_whom": "Dr. Lee", "note": "Bring MRI."}
    yield "booked", body_of(work(aws, "book", booking=booking))
    yield "opened by the desk", opened(REFERENCE, "desk")["statusCode"]
    clock.at += HOUR
    yield "mails", mails(aws)
    indexed(LEAD_ID)
    yield "report", body_of(reported())
    yield "report as CSV", body_of(reported(format="csv"))
    yield "leads as CSV", body_of(exported(**{"from": "2026-01-14", "to": "2026-01-14"}))
    yield "lead as FHIR", body_of(exported_as_fhir(REFERENCE))
    yield "person", body_of(exported_person(REFERENCE))
    yield "accesses", body_of(accesses(**{"from": "2026-01-14", "to": "2026-01-14"}))
    yield "tables", tables(aws)
    clock.at += DAY
    yield "erased", body_of(erased(REFERENCE))
    yield "opened after erasure", body_of(opened(REFERENCE))
    yield "tables after erasure", tables(aws)


def page_of(browser: PlainBrowser, submission_id: str = "") -> list[object]:
    """Returns a page's status and lines, without values that differ in each run."""
    body = browser.answer["body"]
    if browser.answer.get("isBase64Encoded"):
        body = gzip.decompress(base64.b64decode(body)).decode()
    text = RANDOM_FIELD.sub(r"\1", body)
    if submission_id:
        text = text.replace(submission_id, "random").replace(reference_of(UUID(submission_id)), "reference")
    return [browser.status, text.splitlines()]


def form_pages() -> Iterator[tuple[str, object]]:
    browser = PlainBrowser()
    for mode in ("element", "added"):
        yield mode, page_of(browser.open(f"form?mode={mode}"))
    yield "first page", page_of(browser.open("form?utm_source=newsletter"))
    yield "nothing chosen", page_of(browser.press("Next"))
    yield "emergency", page_of(browser.fill({"em-now": ["chest-pressure"]}).press("Next"))
    for step in range(2, 9):
        yield f"page {step}", page_of(fill_to(browser, step))
    yield "answers to check", page_of(fill_and_check(browser))
    submission_id = dict(browser.fields("Send")[1])["submission_id"]
    yield "receipt", page_of(browser.press("Send"), submission_id)


def definitions() -> Iterator[tuple[str, object]]:
    asked = event("draw_form.questionnaire")
    for media_type, language in (("json", "en"), ("json", "es"), ("schema+json", "en"), ("fhir+json", "en")):
        asked["headers"] |= {"accept": f"application/{media_type}", "accept-language": language}
        yield f"{media_type} in {language}", body_of(draw_form.handler(asked, CONTEXT))


def check(documents: Iterable[tuple[str, object]], file: str, clock: Clock) -> None:
    found = {}
    for name, document in documents:
        text = json.dumps(document, sort_keys=True).replace(RULE_SET.content_hash, "hash of the rules")
        found[name] = json.loads(OF_SIGNATURES.sub("", RANDOM.sub("random", text)))
        clock.at += timedelta(seconds=1)  # fixes the order of lists that are sorted by time
    if os.environ.get("STORE"):
        (DATA / file).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    stored = json.loads((DATA / file).read_text(encoding="utf-8"))
    assert list(found) == list(stored)
    for name, document in found.items():
        assert document == stored[name], f"{name}: see the head of this file"


def test_every_document_of_a_journey_is_as_stored(aws: Aws, clock: Clock) -> None:
    check(journey(aws, clock), "journey.json", clock)


def test_every_page_of_the_plain_form_is_as_stored(clock: Clock) -> None:
    check(form_pages(), "pages.json", clock)


def test_every_representation_of_the_questionnaire_is_as_stored(clock: Clock) -> None:
    check(definitions(), "questionnaire.json", clock)
