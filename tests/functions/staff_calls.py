from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from functions import (
    alert_staff,
    capture_lead,
    escalate_leads,
    index_leads,
    list_leads,
    search_leads,
    show_lead,
    show_report,
    work_lead,
)
from shared.domain.leads.lead import reference_of
from tests.aws import STAFF, STAFF_IDS
from tests.functions.calls import CONTEXT, LEAD_ID, Json, content, event, posting, stream_of, submission
from tests.leads import with_what_it_needs

NURSE = "nurse"
GROUPS, IDS = STAFF, STAFF_IDS


def signed_in(call: Json, who: str) -> Json:
    claims = call["requestContext"]["authorizer"]["jwt"]["claims"]
    claims |= {"sub": IDS[who], "username": who, "cognito:groups": f"[{GROUPS[who]}]"}
    return call


def captured(answers: Json | None = None, lead_id: str = LEAD_ID, *, alerted: bool = True, **changes: Any) -> str:
    body = submission(answers, submission_id=lead_id, **changes)
    response = capture_lead.handler(posting("capture_lead", body), CONTEXT)
    assert response["statusCode"] == 201
    if alerted:
        alert_staff.handler(stream_of(lead_id), CONTEXT)
    return reference_of(UUID(lead_id))


def opened(reference: str, who: str = NURSE) -> Json:
    call = event("show_lead") | {"pathParameters": {"reference": reference}}
    return dict(show_lead.handler(signed_in(call, who), CONTEXT))


def worked(reference: str, action: str, who: str = NURSE, version: int | None = None, **fields: Any) -> Json:
    """Sends a staff action on a lead. `version` is the version that the sender saw."""
    seen = content(opened(reference, who))["summary"]["version"] if version is None else version
    body = json.dumps({"action": action, "version": seen, **with_what_it_needs(action, fields)})
    call = event("work_lead") | {"pathParameters": {"reference": reference}, "body": body}
    return dict(work_lead.handler(signed_in(call, who), CONTEXT))


def listed(who: str = NURSE, **query: str) -> Json:
    call = event("list_leads") | {"queryStringParameters": query}
    return dict(list_leads.handler(signed_in(call, who), CONTEXT))


def searched(text: str, who: str = NURSE) -> Json:
    call = event("search_leads") | {"body": json.dumps({"q": text})}
    return dict(search_leads.handler(signed_in(call, who), CONTEXT))


def swept() -> int:
    return int(escalate_leads.handler(event("escalate_leads"), CONTEXT)["alerted"])


def attributes(alert: Json) -> dict[str, str]:
    return {name: value["Value"] for name, value in alert["MessageAttributes"].items()}


def indexed(*lead_ids: str) -> None:
    assert index_leads.handler(stream_of(*lead_ids), CONTEXT) == {"batchItemFailures": []}


def reported(who: str = "manager", **query: str) -> Json:
    call = event("show_report") | {"queryStringParameters": query}
    return dict(show_report.handler(signed_in(call, who), CONTEXT))


def references(response: Json) -> list[str]:
    return [lead["reference"] for lead in content(response)["leads"]]
