"""Builds the OpenAPI document. Fails if a route lacks a description, or a description lacks a route."""

import json
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from dev import template
from dev.openapi.forms import FORM_FIELDS, FORMS, AdRequest
from dev.openapi.operation import PAGE, WHY, Json, Operation, ref
from dev.openapi.pages import PAGES
from dev.openapi.questionnaire import Form
from dev.openapi.staff import STAFF
from shared.domain.intake.added_answers import AddedAnswers
from shared.domain.intake.screening import Screening
from shared.domain.intake.stop import Stop
from shared.domain.intake.submission import Submission
from shared.domain.leads.action import Action
from shared.domain.leads.rota import RotaChange
from shared.domain.leads.worklist import Search
from shared.formats.submission_schema import without_trap
from shared.http import form_body
from shared.http.access_responses import Accesses
from shared.http.lead_responses import LeadView
from shared.http.person_responses import Erased, PersonData
from shared.http.problem_details import PROBLEM
from shared.http.problem_models import Problem
from shared.http.report_responses import ReportShown
from shared.http.rota_responses import RotaShown
from shared.http.rules_responses import Rules
from shared.http.staff_responses import Colleagues, StaffProblem
from shared.http.visitor_responses import Challenge, Receipt, Screened, Taken
from shared.http.worklist_responses import WorklistPage
from shared.rulebook.tiers import DISPOSITIONS

PROJECT = Path(__file__).resolve().parents[2]
FILE = PROJECT / "web" / "openapi.json"
OPERATIONS = FORMS | STAFF | PAGES
REQUESTS = (Submission, AddedAnswers, Screening, Stop, AdRequest, Search, Action, RotaChange)
ANSWERS = (
    Receipt,
    Screened,
    Challenge,
    Taken,
    Form,
    Problem,
    StaffProblem,
    WorklistPage,
    LeadView,
    Accesses,
    Colleagues,
    RotaShown,
    Rules,
    ReportShown,
    PersonData,
    Erased,
)

RECEIPT = {
    "submission_id": "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90",
    "reference": "7K3MQ-2XDRT",
    "disposition": "same-day-call",
    "messages": [{"id": "M-NET", "text": "This form can't diagnose you or rule out a serious problem."}],
    "received_at": "2026-01-14T16:00:00Z",
    "next_steps": {
        "title": "We received your answers",
        "promise": "We will call {number} by Wednesday, January 14 at 2 PM.",
        "details": ["We call from (312) 555-0100."],
        "calendar": "",
        "booking_link": "",
    },
}

SIGN_IN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token from the staff sign-in: OAuth 2.0 authorization code with PKCE, scope openid.",
}
GATEWAY = {  # API Gateway's own response when throttling
    "429": {
        "description": "Too many requests at once; try again in a second. The page shows its own advice.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["message"],
                    "properties": {"message": {"type": "string"}},
                }
            }
        },
    }
}
CACHED = ("ETag", "Cache-Control")
HEADERS = {
    "ETag": "Changes whenever the content does; each representation has its own.",
    "Cache-Control": "How long it may be cached. Answers to a patient are never cached.",
    "Vary": "The request headers that the content depends on.",
    "Retry-After": "Seconds.",
}


def document() -> Json:
    known = template.routes()
    if known.keys() != OPERATIONS.keys():
        raise SystemExit(f"dev/openapi/ and the template differ in: {', '.join(sorted(known ^ OPERATIONS.keys()))}")
    paths: dict[str, Json] = {}
    for route, operation in OPERATIONS.items():
        method, path = route.split(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(operation)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leads of a spine clinic",
            "version": project["version"],
            "description": "Accepts filled-in forms, returns safety advice, and alerts staff. Intake and safety "
            "advice, not diagnosis. Every problem shown to a visitor has emergency advice and the clinic's phone.",
        },
        "servers": [{"url": "/"}],
        "security": [],
        "paths": paths,
        "components": {
            "securitySchemes": {"staff": SIGN_IN},
            "schemas": _schemas(),
            "headers": {
                name: {"description": text, "required": True, "schema": {"type": "string"}}
                for name, text in HEADERS.items()
            },
        },
    }


def _operation(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        **({"security": [{"staff": ["openid"]}]} if operation.staff else {}),
        "parameters": list(operation.parameters),
    }
    content_by_type: Json = {}
    if operation.request:
        examples = {name: {"value": value} for name, value in operation.examples.items()}
        content_by_type["application/json"] = {"schema": ref(operation.request), "examples": examples}
    if operation.form:
        content_by_type |= dict.fromkeys(form_body.MEDIA_TYPES, FORM_FIELDS)
    if content_by_type:
        described["requestBody"] = {"required": True, "content": content_by_type}
    headers = CACHED if operation.cacheable else ("Cache-Control",)
    responses = {
        status: {"description": text, "headers": _headers(*headers), **({"content": content} if content else {})}
        for status, (text, content) in operation.answers.items()
    }
    if operation.cacheable:
        responses["304"] = {"description": "What you have is current.", "headers": _headers(*CACHED)}
    for status in operation.problems:
        by_language = () if operation.staff else ("Vary",)
        named = ("Cache-Control", *by_language, *(("Retry-After",) if status == "503" else ()))
        content = {
            PROBLEM: {"schema": ref(StaffProblem if operation.staff else Problem)},
            **(PAGE if operation.form or operation.shows_pages else {}),
        }
        responses[status] = {"description": WHY[status], "headers": _headers(*named), "content": content}
    return {**described, "responses": dict(sorted((responses | GATEWAY).items()))}


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _schemas() -> Json:
    models: list[tuple[str, Literal["validation"], TypeAdapter[Any]]] = [
        (model.__name__, "validation", TypeAdapter(model)) for model in (*REQUESTS, *ANSWERS)
    ]
    _, found = TypeAdapter.json_schemas(models, ref_template="#/components/schemas/{model}")
    schemas: Json = found["$defs"]
    schemas["Submission"] = without_trap(schemas["Submission"])
    schemas["Receipt"]["properties"]["disposition"]["enum"] = list(DISPOSITIONS)
    schemas["Receipt"]["example"] = RECEIPT
    return schemas


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
