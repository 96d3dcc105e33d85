"""Describes the routes for signed-in staff."""

from dev.openapi.operation import FOR_STAFF, READING_A_BODY, TEXT, Json, Operation, as_json, parameter
from shared.domain.leads.action import Action
from shared.domain.leads.rota import RotaChange
from shared.domain.leads.worklist import Search
from shared.http.access_responses import Accesses
from shared.http.lead_responses import LeadView
from shared.http.person_responses import Erased, PersonData
from shared.http.report_responses import ReportShown
from shared.http.rota_responses import RotaShown
from shared.http.rules_responses import Rules
from shared.http.staff_responses import Colleagues
from shared.http.worklist_responses import WorklistPage

DAY = {"type": "string", "format": "date"}
WORKLIST_CURSOR = (
    "open_0-01#2026-01-14T20:00:00.000+00:00#2026-01-14T16:00:00.000+00:00#0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90"
)
OWNER = "c1d5f2aa-0000-4000-8000-0000000000a1"
CURSOR = "1768406400000_0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90"
ACCESS_CURSOR = "2026-01-14~2026-01-14T16:00:00.000+00:00#0b4f7c1e~0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90"
REFERENCE = parameter("path", "reference", "As in the alert.", {"type": "string"}, "7K3MQ-2XDRT")


def days(*, earlier: str) -> tuple[Json, Json]:
    """`earlier` says how long before `to` the default `from` is, such as "30 days"."""
    return (
        parameter("query", "from", f"Default: {earlier} before the last day.", DAY, "2026-01-01"),
        parameter("query", "to", "Default: today, in the clinic's time zone.", DAY, "2026-01-31"),
    )


STAFF = {
    "GET /leads": Operation(
        id="list_leads",
        summary="A page of the worklist",
        description="Open leads: those without an owner first, each part by tier and deadline. Or closed leads, the "
        "latest first. A page may be empty and still have a cursor. It names people, so the access log has an entry "
        "for it.",
        staff=True,
        answers={"200": ("The page.", as_json(WorklistPage))},
        problems=(*FOR_STAFF, "422"),
        parameters=(
            parameter("query", "view", "", {"enum": ["open", "mine", "today", "closed"]}, "open"),
            parameter("query", "tier", "", {"type": "string", "maxLength": 40}, "URGENT"),
            parameter("query", "untaken", "Leads without an owner.", {"enum": ["true", "false"]}, "true"),
            parameter(
                "query", "owner", "Leads of this member of staff, by id.", {"type": "string", "maxLength": 128}, OWNER
            ),
            parameter("query", "overdue", "Leads whose next step is late.", {"enum": ["true", "false"]}, "false"),
            parameter("query", "unfinished", "", {"enum": ["true", "false"]}, "false"),
            parameter("query", "language", "", {"type": "string", "maxLength": 20}, "en"),
            parameter("query", "source", "", {"type": "string", "maxLength": 40}, "form"),
            parameter("query", "questionnaire", "", {"type": "string", "maxLength": 60}, "fs-intake"),
            parameter("query", "suspect", "Leads that a bot may have sent.", {"enum": ["true", "false"]}, "false"),
            parameter(
                "query", "cursor", "From the previous page.", {"type": "string", "maxLength": 300}, WORKLIST_CURSOR
            ),
        ),
    ),
    "POST /leads/search": Operation(
        id="search_leads",
        summary="Leads by reference, phone number, e-mail address or name",
        description="A reference as people read it out: case, dash, O for 0 and I or L for 1 do not matter. Half of it "
        "is enough, and so are the last seven digits of the number. All words of a name must match, without accents.",
        staff=True,
        request=Search,
        examples={"reference": {"q": "7K3MQ-2XDRT"}, "phone": {"q": "(312) 555-0147"}, "name": {"q": "lopez"}},
        answers={"200": ("What was found, the latest first.", as_json(WorklistPage))},
        problems=("401", "403", *READING_A_BODY),
    ),
    "GET /leads/{reference}": Operation(
        id="show_lead",
        summary="Everything about a lead",
        description="Opening it does not change it. Who opened it is recorded in the access log.",
        staff=True,
        answers={"200": ("The lead.", as_json(LeadView))},
        problems=(*FOR_STAFF, "404", "410"),
        parameters=(
            REFERENCE,
            parameter(
                "query",
                "contact",
                "How to contact a person who withdrew that consent, for a medical reason; the access log records it.",
                {"enum": ["shown"]},
                "shown",
            ),
        ),
    ),
    "POST /leads/{reference}/actions": Operation(
        id="work_lead",
        summary="Act on a lead",
        description="`version` is that of the lead you saw. If a colleague acted first, the answer is 409 and says "
        "who; an alert that was sent in the meantime is not a conflict.",
        staff=True,
        request=Action,
        examples={
            "acknowledge": {"action": "acknowledge", "version": 1},
            "call": {"action": "contact_attempt", "version": 3, "outcome": "left_message", "text": "Calls back at 9."},
            "book": {
                "action": "book",
                "version": 4,
                "booking": {"at": "2026-01-16T09:30:00-06:00", "with_whom": "Dr. Lee", "note": "Bring your MRI."},
            },
            "hand over": {"action": "hand_over", "version": 4, "to": "nora"},
            "close": {"action": "close", "version": 4, "reason": "declined"},
        },
        answers={"200": ("The lead as it is now.", as_json(LeadView))},
        problems=("401", "403", "404", "409", "410", *READING_A_BODY),
        parameters=(REFERENCE,),
    ),
    "GET /staff": Operation(
        id="list_staff",
        summary="Who works leads",
        description="The names of clinicians and the lead desk, to whom a lead can be handed over.",
        staff=True,
        answers={"200": ("Everybody, by name.", as_json(Colleagues))},
        problems=FOR_STAFF,
    ),
    "GET /rota": Operation(
        id="show_rota",
        summary="Who is on call",
        description="The on-call rota: a week of shifts and its exceptions, in the clinic's time zone, and who is on "
        "call in the next two weeks. Alerts to the clinicians go to who is on call; in a gap, or while that person's "
        "subscription is not confirmed, to everyone.",
        staff=True,
        answers={"200": ("The rota.", as_json(RotaShown))},
        problems=FOR_STAFF,
    ),
    "PUT /rota": Operation(
        id="save_rota",
        summary="Save the rota",
        description="Replaces the rota. `version` is that of the rota you saw; if somebody saved it since, the answer "
        "is 409 and says who. `errors` names each entry that cannot be. For managers and administrators.",
        staff=True,
        request=RotaChange,
        examples={
            "week": {
                "version": 0,
                "weekly": [
                    {"who": "nora", "day": "Mon", "starts": "08:00", "ends": "17:00"},
                    {"who": "ben", "day": "Mon", "starts": "17:00", "ends": "08:00"},
                ],
                "overrides": [{"who": "nora", "starts": "2026-12-24T17:00:00", "ends": "2026-12-25T08:00:00"}],
            }
        },
        answers={"200": ("The rota as it is now.", as_json(RotaShown))},
        problems=("401", "403", "409", *READING_A_BODY),
    ),
    "GET /report": Operation(
        id="show_report",
        summary="Figures about the leads of some days",
        description="By day, tier, source and campaign, from counts that name no lead and stay when leads are erased. "
        "Minutes are medians; from 100 on they are rounded down to two digits. The CSV is for people outside the "
        "clinic: it shows no figure under five people, and none that subtraction would give. For managers and "
        "administrators.",
        staff=True,
        answers={"200": ("The report.", as_json(ReportShown) | {"text/csv": TEXT})},
        problems=(*FOR_STAFF, "422"),
        parameters=(
            parameter("query", "format", "", {"enum": ["json", "csv"]}, "json"),
            *days(earlier="30 days"),
        ),
    ),
    "GET /leads/export": Operation(
        id="export_leads",
        summary="Export the leads of some days",
        description="In the order of arrival, as CSV (RFC 4180; contact and state of work, no answers) or as a FHIR R4 "
        "Bundle. The Link header has the next page; concatenated CSV pages are one file. For managers "
        "and administrators.",
        staff=True,
        answers={
            "200": ("A page of leads.", {"text/csv": TEXT, "application/fhir+json": {"schema": {"type": "object"}}})
        },
        problems=(*FOR_STAFF, "422"),
        parameters=(
            parameter("query", "format", "", {"enum": ["csv", "fhir"]}, "csv"),
            *days(earlier="30 days"),
            parameter("query", "tier", "", {"type": "string", "maxLength": 40}, "URGENT"),
            parameter("query", "cursor", "From the previous page.", {"type": "string", "maxLength": 60}, CURSOR),
        ),
    ),
    "GET /leads/accesses": Operation(
        id="show_accesses",
        summary="Who opened which lead",
        description="The access log, the latest entry first: about one lead, of one member of staff, of some days. "
        "Reading it is an entry, too. CSV has one line for each lead; its Link header has the next page. For "
        "administrators.",
        staff=True,
        answers={"200": ("A page of entries.", as_json(Accesses) | {"text/csv": TEXT})},
        problems=(*FOR_STAFF, "422"),
        parameters=(
            parameter("query", "format", "", {"enum": ["json", "csv"]}, "json"),
            *days(earlier="six days"),
            parameter(
                "query", "reference", "Only about this lead.", {"type": "string", "maxLength": 40}, "7K3MQ-2XDRT"
            ),
            parameter("query", "staff", "Only of this user name.", {"type": "string", "maxLength": 128}, "nora"),
            parameter(
                "query", "cursor", "From the previous page.", {"type": "string", "maxLength": 200}, ACCESS_CURSOR
            ),
        ),
    ),
    "GET /leads/{reference}/fhir": Operation(
        id="export_lead",
        summary="One lead as a FHIR R4 Bundle",
        description="For the clinic's own system. For clinicians, managers and administrators.",
        staff=True,
        answers={"200": ("The Bundle.", {"application/fhir+json": {"schema": {"type": "object"}}})},
        problems=(*FOR_STAFF, "404", "410"),
        parameters=(REFERENCE,),
    ),
    "GET /leads/{reference}/person": Operation(
        id="export_person",
        summary="Everything that is stored about a person",
        description="Every lead with the phone number or e-mail address of this one, for a person who asks for their "
        "data. Check the names first: a family may share a number. "
        "Much data comes in several answers. For administrators.",
        staff=True,
        answers={"200": ("Their leads.", as_json(PersonData))},
        problems=(*FOR_STAFF, "404", "410", "422"),
        parameters=(
            REFERENCE,
            parameter("query", "cursor", "Of the previous answer.", {"type": "string", "maxLength": 20}, "7K3MQ-2XDRT"),
        ),
    ),
    "DELETE /leads/{reference}": Operation(
        id="erase_lead",
        summary="Erase a lead",
        description="A tombstone and the consent ledger stay, without the name, and with hashed contacts. This cannot "
        "be undone. For administrators.",
        staff=True,
        answers={"200": ("It is erased.", as_json(Erased))},
        problems=(*FOR_STAFF, "404", "410"),
        parameters=(REFERENCE,),
    ),
    "GET /rules": Operation(
        id="show_rules",
        summary="The rules in use",
        description="And whether a physician approved them.",
        staff=True,
        answers={"200": ("Each rule set with its questionnaire.", as_json(Rules))},
        problems=("401", "403"),
    ),
}
