from __future__ import annotations

from functions import erase_lead, export_leads, export_person, retire_leads, show_accesses
from tests.functions.calls import CONTEXT, Json, event
from tests.functions.staff_calls import signed_in

ADMIN = "admin"


def erased(reference: str, who: str = ADMIN) -> Json:
    call = event("erase_lead") | {"pathParameters": {"reference": reference}}
    return dict(erase_lead.handler(signed_in(call, who), CONTEXT))


def exported(who: str = ADMIN, **query: str) -> Json:
    call = event("export_leads") | {"queryStringParameters": query}
    return dict(export_leads.handler(signed_in(call, who), CONTEXT))


def exported_as_fhir(reference: str, who: str = ADMIN) -> Json:
    call = event("export_leads") | {"pathParameters": {"reference": reference}}
    return dict(export_leads.handler(signed_in(call, who), CONTEXT))


def exported_person(reference: str, who: str = ADMIN, **query: str) -> Json:
    call = event("export_person") | {"pathParameters": {"reference": reference}, "queryStringParameters": query}
    return dict(export_person.handler(signed_in(call, who), CONTEXT))


def retired() -> dict[str, int]:
    return dict(retire_leads.handler(event("retire_leads"), CONTEXT))


def accesses(who: str = ADMIN, **query: str) -> Json:
    call = event("show_accesses") | {"queryStringParameters": query}
    return dict(show_accesses.handler(signed_in(call, who), CONTEXT))
