"""Checks the format of functions' logs, metrics and responses in every test."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from functools import cache
from http import HTTPStatus
from typing import Any, get_args
from uuid import UUID

from shared.domain.leads.action import ActionName
from shared.domain.leads.consent import ConsentCode
from shared.domain.leads.lead import reference_of
from shared.domain.leads.mail_state import MailKind, MailStatus, Reason
from shared.rulebook.ui_texts import FILE

LEAD = {"reference", "lead_id"}
FAILED = {"error", "cause"}
# message of a log line -> its fields besides OF_EVERY_LINE
LOG_LINES: dict[str, set[str]] = {
    "alert failed": LEAD | FAILED,
    "alerted": LEAD | {"tier", "ladder_level"},
    "an expected subscription is missing or not confirmed": {"error"},
    "answers added": LEAD | {"tier"},
    "captured": LEAD | {"tier"},
    "consent revoked": {"reference", "consent"},
    "counting failed": LEAD | FAILED,
    "erased": {"reference"},
    "erasing again failed": LEAD | FAILED,
    "joined": LEAD | {"tier"},
    "mail": LEAD | {"mail_kind", "mail_status", "reason"},
    "mail failed": LEAD | FAILED,
    "mail returned": LEAD,
    "re-keying failed": LEAD | FAILED,
    "replay failed": FAILED,
    "request failed": FAILED | {"place"},
    "retiring failed": LEAD | FAILED,
    "rota saved": set(),
    "sent again": LEAD | {"tier"},
    "spooled": LEAD | {"tier"},
    "the canary did not come out": FAILED | {"reference"},
    "the canary through the spool did not come out": FAILED,
    "undeliverable": {"reference", "error"},
    "unsubscribed": LEAD,
    "webhook delivered": {"reference", "tier"},
    "who can be alerted alone is not known": {"error"},
    "worked": {"reference", "tier", "action"},
}
OF_EVERY_LINE = {"level", "location", "message", "timestamp", "service", "cold_start", "correlation_id"} | {
    f"function_{part}" for part in ("name", "memory_size", "arn", "request_id")
}
REFERENCE = "[0-9A-Z]{5}-[0-9A-Z]{5}"
TIER = "EMERGENCY|URGENT|PRIORITY|ROUTINE|NOT_A_FIT"
VALUES = {
    "action": "|".join(get_args(ActionName)),
    "cause": r"(\w+( [\w.]+)?)?",
    "consent": "|".join(get_args(ConsentCode)),
    "error": r"\w*",
    "ladder_level": r"\d",
    "lead_id": "[0-9a-f-]{36}",
    "mail_kind": "|".join(get_args(MailKind)),
    "mail_status": "|".join(get_args(MailStatus)),
    "place": r"\w+\.py:\d+",
    "reason": "|".join(get_args(Reason)),
    "reference": f"({REFERENCE})?",
    "tier": TIER,
}
COUNTS = (
    f"captured(_({TIER}))?|spooled|undeliverable|suspects|scoring_failed|page_active|form_not_open|alerted|escalated"
    "|emergency_advice_shown|untaken|swept|worked|mails_sent|mails_returned|webhooks|retired|canaries_delivered"
    "|canaries_delivered_by_spool|subscriptions_missing"
)
UNITS = {  # unit -> pattern for metric names
    "Count": COUNTS,
    "Seconds": "seconds_to_alert|canary_seconds",
    "None": f"minutes_to_acknowledgement_({TIER})",  # CloudWatch has no unit for minutes
}
STORABLE = r"public, max-age=(60|300)"
HEADERS = {
    "cache-control": f"no-store|{STORABLE}",
    "content-disposition": r'attachment; filename="(leads|report|accesses)-[0-9-]{21}\.(csv|fhir)"',
    "content-encoding": "gzip",
    "content-security-policy": "default-src 'none'; .*",
    "content-type": r"application/(schema\+)?json|application/problem\+json|application/fhir\+json; fhirVersion=4\.0"
    r"|text/csv; charset=utf-8; header=present|text/(html|css|javascript); charset=utf-8|image/(png|svg\+xml)",
    "cross-origin-opener-policy": "same-origin",
    "etag": '"[0-9a-f]{12}z?"',
    "link": '<.*>; rel="next"',
    "location": ".+",
    "referrer-policy": "no-referrer",
    "retry-after": "5",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "vary": "((accept|accept-language|accept-encoding|origin)(, (?!$)|$))+",
    "x-content-type-options": "nosniff",
}
# Sentences of problem details for staff and programs.
SENTENCES = """
Ask an administrator to add you to a group: clinician, desk, manager or admin.
Check in a few seconds whether it was done before you try again.
Choose a colleague who works leads.
Choose at most one year, with the last day on or after the first.
Choose at most three months, with the last day on or after the first.
Enter a time exactly when the person asked to be called again.
Enter a time that lies ahead.
Enter a time within the next 30 days.
Enter a time within the next two years. Check the year.
Enter an object.
Enter the reference as in the alert, or half of it.
Erased
It is from another list.
No colleague who works leads has this user name.
Not allowed
Not an API Gateway HTTP API event.
Nothing to undo: you can undo only your own last action, within ten minutes.
Only a clinician can close a lead in tier {tier} as not a fit.
Only a clinician can lower a tier.
Only a manager or an administrator can change the rota.
Only a manager or an administrator can do this.
Only an administrator can do this.
Only clinicians and the lead desk can see this number.
Only clinicians and the lead desk can work leads.
Only clinicians, managers and administrators can export a lead.
Record a call first, or say why there was none.
Sign in.
Somebody else has this lead
That time is past.
The clocks skip this time that night.
The exception ends before it starts.
This exception is already over, by the clinic's clock.
The key is missing or invalid.
The last call reached the person: say what has changed.
The lead is booked or closed. Reopen it first.
The rota has changed since you opened it.
This cursor belongs to other dates.
This did not work
This is not possible right now
This lead is gone. Start again without a cursor.
This lead was erased.
This shift overlaps with shift {number} of the week.
{name} has it.
"""
OF_EVERY_RESPONSE = {"cache-control", "strict-transport-security", "x-content-type-options"}


def check_line(text: str) -> None:
    """Checks a log line, or metrics in CloudWatch's embedded format."""
    line = json.loads(text)
    if "_aws" in line:
        _check_metrics(line)
    else:
        _check_log_line(line)


def _check_log_line(line: dict[str, Any]) -> None:
    fields = line.keys() - OF_EVERY_LINE
    expected = LOG_LINES[line["message"]]
    # Functions in this process share a logger, so `reference` may be left over.
    assert fields - {"reference"} == expected - {"reference"}, line
    assert fields >= expected, line
    wrong = {field for field in fields if not re.fullmatch(VALUES[field], str(line[field]))}
    assert not wrong, f"{sorted(wrong)} in {line}"
    if "lead_id" in fields:
        assert line["reference"] == reference_of(UUID(line["lead_id"])), line


def _check_metrics(line: dict[str, Any]) -> None:
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"], line["service"]) == ("SpineLeads", [["service"]], "leads")
    for metric in directive["Metrics"]:
        assert re.fullmatch(UNITS[metric["Unit"]], metric["Name"]), metric
        assert all(value >= 0 for value in line[metric["Name"]]), line


def check_response(response: dict[str, Any]) -> None:
    status, headers, body = response["statusCode"], response["headers"], response["body"]
    assert (type(status), type(body)) == (int, str)
    encoded = response.keys() - {"statusCode", "headers", "body"}
    if encoded:
        assert (encoded, response["isBase64Encoded"]) == ({"isBase64Encoded"}, True)
        base64.b64decode(body, validate=True)
    wrong = {name: value for name, value in headers.items() if not re.fullmatch(HEADERS[name], value)}
    assert not wrong, wrong
    assert headers.keys() >= OF_EVERY_RESPONSE
    assert ("content-type" in headers) == (status not in (303, 304, 308)) >= (body != "")
    assert ("location" in headers) == (status in (303, 308))
    assert ("retry-after" in headers) == (status == 503)
    assert ("etag" in headers) == ("public" in headers["cache-control"]) == ("origin" in headers.get("vary", ""))
    assert ("referrer-policy" in headers) == ("content-security-policy" in headers)
    if headers.get("content-type") == "application/problem+json":
        _check_problem(json.loads(body))


def _check_problem(problem: dict[str, Any]) -> None:
    said = {problem["title"], problem["detail"], *(error["detail"] for error in problem.get("errors", ()))}
    assert said - {status.phrase for status in HTTPStatus} <= {text for text in said if _sentences().fullmatch(text)}
    assert problem["type"] == "about:blank"


@cache
def _sentences() -> re.Pattern[str]:
    """Returns a pattern for every sentence of problem details, in any language."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["words"]
    texts = [*SENTENCES.strip().splitlines(), *(text for entry in entries for text in entry.values())]
    return re.compile("|".join(re.sub(r"\\{\w+\\}", r".{1,40}", re.escape(text)) for text in texts))
