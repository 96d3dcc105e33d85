"""Describes the routes for visitors, and for ad networks that forward a lead."""

from dev.load_rules import load_rules
from dev.openapi.operation import KNOWN, LANGUAGE, PAGE, READING_A_BODY, Operation, as_json, parameter, ref
from dev.openapi.questionnaire import Form
from shared.domain.intake.ad_lead import AdKey, AdLead
from shared.domain.intake.added_answers import AddedAnswers
from shared.domain.intake.screening import Screening
from shared.domain.intake.stop import Stop
from shared.domain.intake.submission import Submission
from shared.http.visitor_responses import Challenge, Receipt, Screened, Taken


class AdRequest(AdLead, AdKey):
    """The body that the ad network's webhook posts, with its key (Google Ads API, lead form webhook)."""


QUESTIONNAIRE = {"id": "fs-intake", "version": load_rules().rule_sets["fs-intake"].questionnaire.version}
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
SCREENING = {"questionnaire": QUESTIONNAIRE, "answers": {"age": 61, "em-now": ["chest-pressure"]}, "page": "P2"}
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
CALLBACK = {
    "submission_id": "6c1d9a52-3f0e-4b7a-8d24-91e5b0c7f3a6",
    "questionnaire": QUESTIONNAIRE,
    "answers": {"em-now": ["none"]},
    "contact": {"name": "Alex Example", "phone": "(312) 555-0147", "best_time": "morning"},
    "consents": {"contact": True},
}
ADDED = {"questionnaire": QUESTIONNAIRE, "answers": {"goal": ["why"], "insurance": "private"}}
FORM_FIELDS = {
    "schema": {
        "description": "Fields are named as in a submission: answers.age, contact.phone, consents.contact. "
        "A multiple choice repeats its name.",
        "type": "object",
        "additionalProperties": {"type": "string"},
    },
    "examples": {"start": {"value": {"questionnaire": "fs-intake", "step": "P2", "answers.age": "61"}}},
}
SUBMISSION_ID = parameter(
    "path",
    "submission_id",
    "The UUID that the submission carries.",
    {"type": "string", "format": "uuid"},
    "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90",
)
RETURN_TO = parameter(
    "query",
    "return_to",
    "Where a link leads the visitor back; ignored unless it is on a site that the clinic has named.",
    {"type": "string"},
    "https://clinic.example/",
)
FORMS = {
    "POST /submissions": Operation(
        id="capture_lead",
        summary="Send a filled-in form",
        description="The page makes `submission_id` once for each form: sending the same submission again is harmless, "
        "and returns the same receipt. Partial answers are accepted; missing ones count as unknown, and unknown is not "
        "safe. For a minor send neither contact nor consents: nothing is stored, and `reference` is null. For the "
        "schema of the answers, GET /questionnaires/{id} with Accept: application/schema+json.",
        request=Submission,
        examples={"adult": SUBMISSION, "unfinished": UNFINISHED, "minor": MINOR},
        answers={
            "201": ("Stored. Show every message, in this order.", as_json(Receipt)),
            "200": ("This submission was received before, or there was nothing to store.", as_json(Receipt) | PAGE),
            "202": (
                "Accepted: the table is unavailable, so the submission waits in a queue. Treat it like 201.",
                as_json(Receipt) | PAGE,
            ),
            "303": ("A form without JavaScript was stored; Location is its receipt, for an hour.", {}),
        },
        form=True,
        problems=("409", *READING_A_BODY),
        parameters=LANGUAGE,
    ),
    "POST /submissions/{submission_id}/answers": Operation(
        id="add_answers",
        summary="Add answers after the form was sent",
        description="The answers to the page after Send (`after_send` of a questionnaire's page), within 24 hours. "
        "They can make a lead more urgent, never less. Sending them again is harmless. After a 202 for the form, 404 "
        "can mean that it is not stored yet: send them again a minute later.",
        request=AddedAnswers,
        examples={"added": ADDED},
        answers={
            "200": (
                "Added, now or before. The receipt of the whole lead: show every message.",
                as_json(Receipt) | PAGE,
            ),
            "303": ("The answers of a form without JavaScript were added; Location is its receipt.", {}),
        },
        form=True,
        problems=("404", *READING_A_BODY),
        parameters=(SUBMISSION_ID, *LANGUAGE),
    ),
    "POST /callbacks": Operation(
        id="capture_callback",
        summary="Ask for a call",
        description="A submission with a phone number and the answers to the emergency question, for a person who does "
        "not want to fill in the form. If the number has an open lead, it joins that lead; the answer is the same.",
        request=Submission,
        examples={"callback": CALLBACK},
        answers={
            "201": ("Stored. Show every message, in this order.", as_json(Receipt) | PAGE),
            "200": ("This request was received before, or there was nothing to store.", as_json(Receipt) | PAGE),
            "202": ("Accepted: the request waits in a queue. Treat it like 201.", as_json(Receipt) | PAGE),
        },
        form=True,
        problems=("409", *READING_A_BODY),
        parameters=LANGUAGE,
    ),
    "GET /form": Operation(
        id="draw_form",
        summary="The form for browsers without JavaScript",
        description="The first page, with mode=single the whole form on one page, or with mode=callback the short form "
        "that asks for a call. While the form is not open, a page that says so. With mode=element the whole form for "
        "the script of <lead-form>, with mode=added its page after Send: without anything of the visitor, so that they "
        "may be cached.",
        answers={"200": ("The page.", PAGE)},
        problems=("422", "503"),
        shows_pages=True,
        parameters=(
            parameter("query", "questionnaire", "Its id.", {"type": "string"}, "fs-intake"),
            parameter("query", "mode", "`single`, `callback`, `element` or `added`.", {"type": "string"}, "single"),
            RETURN_TO,
            *LANGUAGE,
        ),
    ),
    "POST /form": Operation(
        id="turn_page",
        summary="The next page of that form",
        description="The page carries everything entered so far; nothing is stored.",
        form=True,
        answers={"200": ("The page.", PAGE)},
        problems=READING_A_BODY,
        parameters=LANGUAGE,
    ),
    "GET /received/{submission_id}": Operation(
        id="show_receipt",
        summary="The receipt of that form",
        description="For an hour after it was sent.",
        answers={"200": ("The page.", PAGE)},
        problems=("404", "503"),
        shows_pages=True,
        parameters=(SUBMISSION_ID, RETURN_TO, *LANGUAGE),
    ),
    "POST /stops": Operation(
        id="count_stop",
        summary="Count a visitor who left the form",
        description="When the page with the form is left before Send: the page shown last, and no more. The count of "
        "the day names nobody. `before` takes back what the same tab has sent, when the visitor came back.",
        request=Stop,
        examples={"left": {"questionnaire": "fs-intake", "page": "P3"}},
        answers={"200": ("Counted.", as_json(Taken))},
        problems=READING_A_BODY,
    ),
    "POST /screenings": Operation(
        id="screen_answers",
        summary="Check the answers so far for an emergency",
        description="Call it when the visitor completes a page. It stores nothing, and accepts no contact details. "
        "The note is searched for an emergency, too.",
        request=Screening,
        examples={"emergency": SCREENING},
        answers={"200": ("Whether the form may continue.", as_json(Screened))},
        problems=READING_A_BODY,
        parameters=LANGUAGE,
    ),
    "GET /questionnaires/{id}": Operation(
        id="show_questionnaire",
        summary="A questionnaire: to draw it, to check answers to it, or as FHIR",
        description="The Accept header chooses one of the three; without it, the first.",
        answers={
            "200": (
                "The questionnaire.",
                {
                    "application/json": {"schema": ref(Form)},
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
        parameters=(parameter("path", "id", "", {"type": "string"}, "fs-intake"), *LANGUAGE, KNOWN),
    ),
    "GET /challenges/{submission_id}": Operation(
        id="issue_challenge",
        summary="A form token and a proof of work, for one submission",
        description="Optional: evidence that a person filled in the form.",
        answers={"200": ("Made for this submission only.", as_json(Challenge))},
        problems=("404", "503"),
        parameters=(SUBMISSION_ID,),
    ),
    "POST /intake/google-ads": Operation(
        id="capture_ad_lead",
        summary="Webhook for lead forms of Google Ads",
        description="Set this address and a key at the ad network. Each `lead_id` makes one lead; a test lead is "
        "answered and not stored. Other fields are ignored.",
        request=AdRequest,
        examples={"test": AD_LEAD},
        answers={"200": ("Accepted.", as_json(Taken))},
        problems=("403", "409", *READING_A_BODY),
    ),
}
