"""Writes web/openapi.json: the service for other programs, as OpenAPI 3.1, from its models and the template's routes.

    python -m dev.openapi

It stops when the template has a route that is not described here, or the other way round.
"""

import json
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from dev import template
from shared import form_body
from shared.domain.ad_lead import AdKey, AdLead
from shared.domain.advice import ShownMessage
from shared.domain.lead import Receipt
from shared.domain.lead_view import LeadSummary
from shared.domain.submission import Screening, Submission
from shared.domain.work import Action
from shared.domain.worklist import Search
from shared.rulebook.tiers import DISPOSITIONS
from shared.submission_schema import without_trap

PROJECT = Path(__file__).resolve().parent.parent
FILE = PROJECT / "web" / "openapi.json"
PROBLEM = "application/problem+json"
Json = dict[str, Any]


class Answer(BaseModel):
    """What the service says holds these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Screened(Answer):
    """`messages` is empty while the form can go on; otherwise show all of them, and stop at an emergency."""

    disposition: Literal["seek-emergency-care", "continue"]
    minor: bool
    messages: list[ShownMessage]


class ProofOfWork(Answer):
    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str


class Challenge(Answer):
    """Send the token, and the solved challenge as `proof`. A submission without them is taken all the same."""

    token: str
    challenge: ProofOfWork


class FieldProblem(Answer):
    pointer: Annotated[str, Field(description="JSON Pointer (RFC 6901) into the body that was sent")]
    detail: str


class Problem(Answer):
    """Problem details (RFC 9457). Show the emergency advice and the phone number to the patient, whatever broke.

    To staff: `owner_name` has the lead since then, or `by_name` did `action` to it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
    emergency_advice: str
    clinic_phone: str
    owner_name: str | None = None
    by_name: str | None = None
    action: str | None = None
    since: datetime | None = None


class Option(Answer):
    code: str
    label: str
    exclusive: bool


class Condition(Answer):
    """Holds when one of `any` holds, or when the answer to `question` has an option of `any_of` or lies between the
    bounds. It does not hold without an answer."""

    question: str | None = None
    any_of: list[str] | None = None
    at_least: int | None = None
    at_most: int | None = None
    any: list["Condition"] | None = None


class Question(Answer):
    code: str
    type: Literal["integer", "choice-one", "choice-many", "text"]
    text: str
    required: bool
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    options: list[Option] | None = None
    shown_when: Condition | None = None


class Page(Answer):
    id: str
    title: str
    questions: list[Question]


class ContactField(Answer):
    code: str
    type: Literal["text", "tel", "email", "choice-one"]
    text: str
    required: bool
    max_length: int | None = None
    autocomplete: str | None = None
    options: list[Option] | None = None


class Consent(Answer):
    code: str
    text: str
    text_hash: str
    required: bool


class ContactBlock(Answer):
    title: str
    emergency_title: str
    hidden_when: Condition
    fields: list[ContactField]
    consents: list[Consent]


class Form(Answer):
    """Everything a page needs to draw the form. `words`: the form's own short texts, English to its language."""

    id: str
    version: str
    language: str
    languages: list[str]
    title: str
    awaiting_approval: bool
    awaiting_translation_review: bool
    emergency_advice: str
    pages: list[Page]
    contact: ContactBlock
    words: dict[str, str]


class WorklistPage(Answer):
    """`cursor`: send it back for the next page; null at the end. `now`: the service's clock."""

    leads: list[LeadSummary]
    cursor: str | None
    now: datetime


class RuleSetInUse(Answer):
    """Empty dates and names: a physician's approval is awaited."""

    id: str
    version: str
    content_hash: str
    approved_by: str
    approved_on: str
    questionnaire: str
    questionnaire_version: str
    questionnaire_approved_by: str
    questionnaire_approved_on: str


class Rules(Answer):
    rule_sets: list[RuleSetInUse]


class PersonData(Answer):
    exported_at: datetime
    leads: list[dict[str, Any]]


class Erased(Answer):
    reference: str
    erased_at: datetime


class AdRequest(AdLead, AdKey):
    """The webhook's body with its key (Google Ads API, lead form webhook)."""


REQUESTS = (Submission, Screening, AdRequest, Search, Action)
ANSWERS = (Receipt, Screened, Challenge, Form, Problem, WorklistPage, Rules, PersonData, Erased)

QUESTIONNAIRE = {"id": "fs-intake", "version": "1.0.0"}
SUBMISSION = {
    "submission_id": "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90",
    "questionnaire": QUESTIONNAIRE,
    "answers": {"age": 61, "who": "self", "em-now": ["none"], "region": ["lumbar"], "ces": ["none"], "pain": 6},
    "contact": {"name": "Alex Example", "phone": "(312) 555-0147", "email": "alex@example.com", "preference": "call"},
    "consents": {"contact": True, "sms": False, "marketing": False},
    "attribution": {"utm_source": "newsletter", "landing_path": "/foraminal-stenosis"},
}
UNFINISHED = {**SUBMISSION, "complete": False, "answers": {"age": 61, "who": "self"}}
MINOR = {"submission_id": SUBMISSION["submission_id"], "questionnaire": QUESTIONNAIRE, "answers": {"age": 16}}
SCREENING = {"questionnaire": QUESTIONNAIRE, "answers": {"age": 61, "em-now": ["chest-pressure"]}, "page": "P1"}
AD_LEAD = {
    "lead_id": "TeSter-123-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz-0123456789",
    "google_key": "the key that you set at the ad network",
    "user_column_data": [
        {"column_id": "FULL_NAME", "string_value": "Alex Example"},
        {"column_id": "PHONE_NUMBER", "string_value": "+13125550147"},
    ],
    "campaign_id": 1234567890,
    "is_test": True,
}
RECEIPT = {
    "reference": "7K3MQ-2XDRT",
    "disposition": "same-day-call",
    "messages": [{"id": "M-NET", "text": "This form can't diagnose you or rule out a serious problem."}],
    "received_at": "2026-01-14T16:00:00Z",
}

WHY = {
    "400": "The body is not readable.",
    "401": "Nobody is signed in; API Gateway says so itself when there is no token, or none that it takes.",
    "403": "The caller may not do this.",
    "404": "There is nothing at this address.",
    "406": "None of the media types in Accept is on offer.",
    "409": "Somebody or something was faster: this submission id came before with other content, or a colleague acted.",
    "413": "The body is larger than 64 KiB.",
    "415": "The body is not declared as JSON.",
    "422": "Some fields need mending; `errors` names each.",
    "503": "The service could not take the request. The same request may be sent again after Retry-After seconds.",
}
FOR_STAFF = ("401", "403", "503")
READING_A_BODY = ("400", "413", "415", "422", "503")


@dataclass(frozen=True)
class Operation:
    """`answers`: status -> (description, media type -> schema). `problems`: statuses, each with problem details.

    `form`: it takes what a browser posts without JavaScript, too or only, and then shows problems as pages.
    """

    id: str
    summary: str
    description: str
    answers: dict[str, tuple[str, Json]]
    problems: tuple[str, ...]
    cacheable: bool = False
    parameters: tuple[Json, ...] = ()
    request: type[BaseModel] | None = None
    examples: Json = field(default_factory=dict)
    form: bool = False
    shows_pages: bool = False
    staff: bool = False


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _json(model: type[BaseModel]) -> Json:
    return {"application/json": {"schema": _ref(model)}}


def _parameter(where: str, name: str, description: str, schema: Json, example: str) -> Json:
    needed = {"required": True} if where == "path" else {}
    return {"name": name, "in": where, **needed, "description": description, "schema": schema, "example": example}


TEXT = {"schema": {"type": "string"}}
PAGE = {"text/html": TEXT}
FORM_FIELDS = {
    "schema": {
        "description": "Fields are named like those of a submission: answers.age, contact.phone, consents.contact. "
        "A choice of several repeats its name.",
        "type": "object",
        "additionalProperties": {"type": "string"},
    },
    "examples": {"start": {"value": {"questionnaire": "fs-intake", "step": "P1", "answers.age": "61"}}},
}
SUBMISSION_ID = _parameter(
    "path",
    "submission_id",
    "The UUID that the submission carries.",
    {"type": "string", "format": "uuid"},
    "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90",
)
RETURN_TO = _parameter(
    "query",
    "return_to",
    "Where the visitor may go back to; only addresses of sites that the clinic has named are used.",
    {"type": "string"},
    "https://clinic.example/",
)
LANGUAGE = (
    _parameter("query", "language", "Two letters; comes before Accept-Language.", {"type": "string"}, "es"),
    _parameter("header", "Accept-Language", "The language of what is shown.", {"type": "string"}, "es-US,es;q=0.9"),
)
KNOWN = _parameter("header", "If-None-Match", "The ETag of what you have.", {"type": "string"}, '"8c2f"')
DAY = {"type": "string", "format": "date"}
CURSOR = "1768406400000_0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90"
REFERENCE = _parameter("path", "reference", "As the alert has it.", {"type": "string"}, "7K3MQ-2XDRT")
LEAD_VIEW = {
    "description": "The summary, what the reader may do now (`actions`), why it has its tier, the answers and what to "
    "ask next, contact and consents, where it came from, its history, and other leads of the same person",
    "type": "object",
    "required": ["summary", "actions", "triage", "answers", "contact", "history", "others"],
    "properties": {
        "summary": _ref(LeadSummary),
        "actions": {"type": "array", "items": {"type": "string"}},
        **{key: {"type": "object"} for key in ("triage", "contact")},
        **{key: {"type": "array", "items": {"type": "object"}} for key in ("answers", "history", "others")},
    },
}
OPERATIONS = {
    "POST /submissions": Operation(
        id="capture_lead",
        summary="Send a filled-in form",
        description="The page makes `submission_id` once for each form: sending the same again is harmless, and gives "
        "the same receipt. Partial answers are taken; what is missing counts as unknown, and unknown is not safe. For "
        "a minor send neither contact nor consents: nothing is stored, and `reference` is null. What the answers of "
        "a questionnaire may be: GET /questionnaires/{id} with Accept: application/schema+json.",
        request=Submission,
        examples={"adult": SUBMISSION, "unfinished": UNFINISHED, "minor": MINOR},
        answers={
            "201": ("Stored. Show every message, in this order.", _json(Receipt)),
            "200": ("The same submission came before, or nothing was to be stored.", _json(Receipt) | PAGE),
            "202": (
                "Kept safely while the table is away, and stored in a while. As good as 201.",
                _json(Receipt) | PAGE,
            ),
            "303": ("A form without JavaScript was stored; its receipt is there, for an hour.", {}),
        },
        form=True,
        problems=("409", *READING_A_BODY),
        parameters=LANGUAGE,
    ),
    "GET /form": Operation(
        id="draw_form",
        summary="The form for browsers without JavaScript",
        description="The first page, or with mode=single the whole form on one.",
        answers={"200": ("The page.", PAGE)},
        problems=("422", "503"),
        shows_pages=True,
        parameters=(
            _parameter("query", "questionnaire", "Its id.", {"type": "string"}, "fs-intake"),
            _parameter("query", "mode", "`single`: everything on one page.", {"type": "string"}, "single"),
            RETURN_TO,
            *LANGUAGE,
        ),
    ),
    "POST /form": Operation(
        id="turn_page",
        summary="The next page of that form",
        description="Everything typed so far travels in the page; nothing is stored.",
        form=True,
        answers={"200": ("The page.", PAGE)},
        problems=READING_A_BODY,
        parameters=LANGUAGE,
    ),
    "GET /received/{submission_id}": Operation(
        id="show_receipt",
        summary="What the visitor of that form sees after sending",
        description="For an hour.",
        answers={"200": ("The page.", PAGE)},
        problems=("404", "503"),
        shows_pages=True,
        parameters=(SUBMISSION_ID, RETURN_TO, *LANGUAGE),
    ),
    "POST /screenings": Operation(
        id="screen_answers",
        summary="Check the answers so far for an emergency",
        description="Call it whenever the visitor leaves a page. It stores nothing and takes no free text and nothing "
        "that identifies a person.",
        request=Screening,
        examples={"emergency": SCREENING},
        answers={"200": ("Whether the form may go on.", _json(Screened))},
        problems=READING_A_BODY,
        parameters=LANGUAGE,
    ),
    "GET /questionnaires/{id}": Operation(
        id="show_questionnaire",
        summary="A questionnaire: to draw it, to check answers to it, or as FHIR",
        description="Which of the three is chosen by the Accept header; the first when there is none.",
        answers={
            "200": (
                "The questionnaire.",
                {
                    "application/json": {"schema": _ref(Form)},
                    "application/schema+json": {
                        "schema": {
                            "description": "JSON Schema 2020-12 of a submission to this questionnaire",
                            "type": "object",
                            "required": ["$schema", "properties"],
                            "properties": {"$schema": {"type": "string"}, "properties": {"type": "object"}},
                        }
                    },
                    "application/fhir+json": {
                        "schema": {
                            "description": "FHIR R4 Questionnaire",
                            "type": "object",
                            "required": ["resourceType", "url", "version", "status", "item"],
                            "properties": {
                                "resourceType": {"const": "Questionnaire"},
                                "url": {"type": "string", "format": "uri"},
                                "version": {"type": "string"},
                                "status": {"enum": ["draft", "active"]},
                                "item": {"type": "array", "items": {"type": "object"}},
                            },
                        }
                    },
                },
            )
        },
        cacheable=True,
        problems=("404", "406"),
        parameters=(_parameter("path", "id", "", {"type": "string"}, "fs-intake"), *LANGUAGE, KNOWN),
    ),
    "GET /challenges/{submission_id}": Operation(
        id="issue_challenge",
        summary="A form token and a proof of work, for one submission",
        description="Optional. They raise the confidence that a person filled in the form; no form needs them.",
        answers={"200": ("Made for this submission only.", _json(Challenge))},
        problems=("404", "503"),
        parameters=(SUBMISSION_ID,),
    ),
    "POST /intake/google-ads": Operation(
        id="capture_ad_lead",
        summary="Webhook for lead forms of Google Ads",
        description="Set this address and a key at the ad network. The same `lead_id` makes one lead; a test lead is "
        "answered and not stored. Further fields are ignored.",
        request=AdRequest,
        examples={"test": AD_LEAD},
        answers={"200": ("Taken.", {"application/json": {"schema": {"type": "object", "maxProperties": 0}}})},
        problems=("403", "409", *READING_A_BODY),
    ),
    "GET /leads": Operation(
        id="list_leads",
        summary="A page of the worklist",
        description="Open leads by deadline, or those that are done, the latest first. A page may be empty and still "
        "have a cursor. Nothing in it says who a person is.",
        staff=True,
        answers={"200": ("The page.", _json(WorklistPage))},
        problems=(*FOR_STAFF, "422"),
        parameters=(
            _parameter("query", "view", "", {"enum": ["open", "mine", "closed"]}, "open"),
            _parameter("query", "tier", "", {"type": "string", "maxLength": 40}, "URGENT"),
            _parameter("query", "suspect", "Those that may be a machine's.", {"enum": ["true", "false"]}, "false"),
            _parameter("query", "cursor", "Of the page before.", {"type": "string"}, "open-0__"),
        ),
    ),
    "POST /leads/search": Operation(
        id="search_leads",
        summary="Leads by reference, phone number or e-mail address",
        description="A reference as people read it out: case, dash, O for 0 and I or L for 1 do not matter.",
        staff=True,
        request=Search,
        examples={"reference": {"q": "7K3MQ-2XDRT"}, "phone": {"q": "(312) 555-0147"}},
        answers={"200": ("What was found, the latest first.", _json(WorklistPage))},
        problems=("401", "403", *READING_A_BODY),
    ),
    "GET /leads/{reference}": Operation(
        id="show_lead",
        summary="Everything about a lead",
        description="Opening it changes nothing. Who opened it is recorded, apart from the lead.",
        staff=True,
        answers={"200": ("The lead.", {"application/json": {"schema": LEAD_VIEW}})},
        problems=(*FOR_STAFF, "404"),
        parameters=(REFERENCE,),
    ),
    "POST /leads/{reference}/actions": Operation(
        id="work_lead",
        summary="Do something with a lead",
        description="`version` is that of the lead you saw. A colleague who was faster is a 409 that says who; an "
        "alert that went out meanwhile is no conflict.",
        staff=True,
        request=Action,
        examples={
            "acknowledge": {"action": "acknowledge", "version": 1},
            "call": {"action": "contact_attempt", "version": 3, "outcome": "left_message", "text": "Calls back at 9."},
            "close": {"action": "close", "version": 4, "reason": "declined"},
        },
        answers={"200": ("The lead as it is now.", {"application/json": {"schema": LEAD_VIEW}})},
        problems=("401", "403", "404", "409", *READING_A_BODY),
        parameters=(REFERENCE,),
    ),
    "GET /leads/export": Operation(
        id="export_leads",
        summary="Leads of some days",
        description="In the order of arrival, as CSV (RFC 4180; contact and state of work, no answers) or as a FHIR R4 "
        "Bundle. The Link header leads to the next page; CSV pages put together are one file. For administrators.",
        staff=True,
        answers={
            "200": ("A page of leads.", {"text/csv": TEXT, "application/fhir+json": {"schema": {"type": "object"}}})
        },
        problems=(*FOR_STAFF, "422"),
        parameters=(
            _parameter("query", "format", "", {"enum": ["csv", "fhir"]}, "csv"),
            _parameter("query", "from", "Usually 30 days before the last day.", DAY, "2026-01-01"),
            _parameter("query", "to", "Usually today, in the clinic's time zone.", DAY, "2026-01-31"),
            _parameter("query", "tier", "", {"type": "string", "maxLength": 40}, "URGENT"),
            _parameter("query", "cursor", "Of the page before.", {"type": "string", "maxLength": 60}, CURSOR),
        ),
    ),
    "GET /leads/{reference}/fhir": Operation(
        id="export_lead",
        summary="One lead as a FHIR R4 Bundle",
        description="For the clinic's own system. For clinicians and administrators.",
        staff=True,
        answers={"200": ("The Bundle.", {"application/fhir+json": {"schema": {"type": "object"}}})},
        problems=(*FOR_STAFF, "404"),
        parameters=(REFERENCE,),
    ),
    "GET /leads/{reference}/person": Operation(
        id="export_person",
        summary="All that is stored about a person",
        description="Every lead with the number or address of this one, for the person who asks for their data. "
        "Look at the names first: a family may share a number. For administrators.",
        staff=True,
        answers={"200": ("Their leads.", _json(PersonData))},
        problems=(*FOR_STAFF, "404"),
        parameters=(REFERENCE,),
    ),
    "DELETE /leads/{reference}": Operation(
        id="erase_lead",
        summary="Erase a lead",
        description="A tombstone and the ledger of consents stay, without a name, with hashed contacts. There is no "
        "way back. For administrators.",
        staff=True,
        answers={"200": ("It is erased.", _json(Erased))},
        problems=(*FOR_STAFF, "404"),
        parameters=(REFERENCE,),
    ),
    "GET /rules": Operation(
        id="show_rules",
        summary="The rules in use",
        description="And whether a physician has approved them.",
        staff=True,
        answers={"200": ("Each rule set with its questionnaire.", _json(Rules))},
        problems=("401", "403"),
    ),
    "GET /": Operation(
        id="show_page",
        summary="The hosted form",
        description="A page for people.",
        answers={"200": ("The page.", {"text/html": TEXT})},
        cacheable=True,
        problems=("503",),
        parameters=(*LANGUAGE, KNOWN),
    ),
    "GET /inbox": Operation(
        id="show_inbox",
        summary="The staff inbox",
        description="A page for people. It holds no lead; its script asks for them once somebody is signed in.",
        answers={"200": ("The page.", {"text/html": TEXT})},
        cacheable=True,
        problems=("503",),
        parameters=(KNOWN,),
    ),
    "GET /inbox/{file}": Operation(
        id="show_inbox_file",
        summary="A file of the staff inbox",
        description="Styles and scripts.",
        answers={"200": ("The file.", {"text/html": TEXT, "text/css": TEXT, "text/javascript": TEXT})},
        cacheable=True,
        problems=("404",),
        parameters=(_parameter("path", "file", "Its name.", {"type": "string"}, "inbox.js"), KNOWN),
    ),
    "GET /web/{file}": Operation(
        id="show_file",
        summary="A file of the hosted form, and this document",
        description="Styles, scripts, pictures.",
        answers={
            "200": (
                "The file.",
                {
                    "text/html": TEXT,
                    "text/css": TEXT,
                    "text/javascript": TEXT,
                    "image/svg+xml": TEXT,
                    "application/json": {"schema": {"type": "object"}},
                },
            )
        },
        cacheable=True,
        problems=("404",),
        parameters=(_parameter("path", "file", "Its name.", {"type": "string"}, "openapi.json"), *LANGUAGE, KNOWN),
    ),
}
SIGN_IN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of the staff's sign-in: OAuth 2.0 authorization code with PKCE, scope openid.",
}
GATEWAY = {  # says so itself: our functions never see the request
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
    "Cache-Control": "How long it may be kept. Answers to a patient are never kept.",
    "Vary": "The request headers that the content depends on.",
    "Retry-After": "Seconds.",
}


def document() -> Json:
    known = template.routes()
    if known.keys() != OPERATIONS.keys():
        raise SystemExit(f"dev/openapi.py and the template differ in: {', '.join(sorted(known ^ OPERATIONS.keys()))}")
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
            "description": "Takes filled-in forms, gives safety advice, and tells the staff. Intake and safety advice, "
            "not diagnosis. Every answer that is a problem carries emergency advice and the clinic's phone number.",
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
    drawn: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        **({"security": [{"staff": ["openid"]}]} if operation.staff else {}),
        "parameters": list(operation.parameters),
    }
    taken: Json = {}
    if operation.request:
        examples = {name: {"value": value} for name, value in operation.examples.items()}
        taken["application/json"] = {"schema": _ref(operation.request), "examples": examples}
    if operation.form:
        taken |= dict.fromkeys(form_body.MEDIA_TYPES, FORM_FIELDS)
    if taken:
        drawn["requestBody"] = {"required": True, "content": taken}
    headers = CACHED if operation.cacheable else ("Cache-Control",)
    responses = {
        status: {"description": text, "headers": _headers(*headers), **({"content": content} if content else {})}
        for status, (text, content) in operation.answers.items()
    }
    if operation.cacheable:
        responses["304"] = {"description": "What you have is current.", "headers": _headers(*CACHED)}
    for status in operation.problems:
        named = ("Cache-Control", "Vary", *(("Retry-After",) if status == "503" else ()))
        content = {PROBLEM: {"schema": _ref(Problem)}, **(PAGE if operation.form or operation.shows_pages else {})}
        responses[status] = {"description": WHY[status], "headers": _headers(*named), "content": content}
    return {**drawn, "responses": dict(sorted((responses | GATEWAY).items()))}


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _schemas() -> Json:
    models: list[tuple[type[BaseModel], Literal["validation"]]] = [(m, "validation") for m in (*REQUESTS, *ANSWERS)]
    _, found = models_json_schema(models, ref_template="#/components/schemas/{model}")
    schemas: Json = found["$defs"]
    schemas["Submission"] = without_trap(schemas["Submission"])
    schemas["Receipt"]["properties"]["disposition"]["enum"] = list(DISPOSITIONS)
    schemas["Receipt"]["example"] = RECEIPT
    return schemas


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"{FILE.relative_to(PROJECT)} written")
