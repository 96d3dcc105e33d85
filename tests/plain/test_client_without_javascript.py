"""Tests the plain form with MechanicalSoup, a client without JavaScript."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.rulebook.ui_texts import words
from tests.functions.fill_form import CALM, CONTACT

Leads = Callable[[str], list[dict[str, Any]]]
Visitor = Any


@pytest.fixture
def visitor(client: Any, site: str) -> Visitor:
    client.open(f"{site}form")
    return client


def fill(visitor: Visitor, values: dict[str, Any], form: str = "main form") -> Visitor:
    visitor.select_form(form)
    for key, value in values.items():
        name = key if "." in key else f"answers.{key}"
        choices = value if isinstance(value, list) else str(value)
        if visitor.page.select(f'[name="{name}"][type=checkbox]'):
            choices = value if isinstance(value, list) else [value]
        visitor[name] = choices
    return visitor


def press(visitor: Visitor, text: str) -> Any:
    button = next(one for one in visitor.page.select("button") if one.get_text(strip=True) == text)
    number = visitor.page.select("form").index(button.find_parent("form"))
    form = visitor.select_form("form", nr=number)
    if button.get("name"):
        form.choose_submit(button)
    elif button.find_parent("form").select("button[name]"):
        form.choose_submit(None)
    address = button.get("formaction")
    if address:
        form.form["action"] = address
    return visitor.submit_selected()


def go_through(visitor: Visitor, t: Callable[[str], str] = str) -> Visitor:
    for page in CALM[:-1]:
        fill(visitor, page)
        press(visitor, t("Next"))
    fill(visitor, CALM[-1] | CONTACT)
    press(visitor, t("Next"))
    return visitor


def heading(visitor: Visitor) -> str:
    (found,) = visitor.page.select("h1")
    return str(found.get_text(strip=True))


def lead_of(leads: Leads, visitor: Visitor) -> dict[str, Any]:
    reference = visitor.page.select_one("#reference").get_text(strip=True)
    (lead,) = leads(reference)
    return lead


def test_the_whole_form_page_by_page(visitor: Visitor, stored: Leads, site: str) -> None:
    visitor.open(f"{site}form?utm_source=newsletter&gclid=abc123")
    go_through(visitor)
    answer = press(visitor, "Send")
    assert answer.status_code == 200
    assert heading(visitor) == "We received your answers"
    lead = lead_of(stored, visitor)
    assert visitor.url == f"{site}received/{lead['lead_id']}"
    assert lead["submitted"]["answers"]["age"] == 62
    assert lead["submitted"]["answers"]["note"] == "First line\nsecond line"
    assert lead["submitted"]["attribution"]["utm_source"] == "newsletter"
    assert lead["submitted"]["attribution"]["gclid"] == "abc123"


def test_no_url_contains_an_answer(client: Any, site: str) -> None:
    addresses = []
    client.session.hooks["response"].append(lambda answer, **_: addresses.append(answer.request.url))
    client.open(f"{site}form")
    go_through(client)
    press(client, "Send")
    paths = {urlsplit(address).path.split("/")[1] for address in addresses}
    assert paths == {"form", "submissions", "received"}
    assert not any(urlsplit(address).query for address in addresses)


def test_the_form_as_a_single_page(visitor: Visitor, stored: Leads, site: str) -> None:
    visitor.open(f"{site}form?mode=single")
    for page in CALM:
        fill(visitor, page)
    fill(visitor, CONTACT)
    press(visitor, "Send")
    assert heading(visitor) == "We received your answers"
    assert lead_of(stored, visitor)["submitted"]["answers"]["pain"] == 5


def test_follow_ups_errors_and_back(visitor: Visitor) -> None:
    fill(visitor, CALM[0])
    press(visitor, "Next")
    fill(visitor, {"age": "x"})
    press(visitor, "Next")
    assert len(visitor.page.select(".summary a")) == 4
    assert visitor.page.select_one("#question-age")["value"] == "x"
    fill(visitor, CALM[1])
    press(visitor, "Next")
    fill(visitor, {"motor": ["leg-weak"], "cord": ["none"]})
    press(visitor, "Next")
    assert heading(visitor) == "More about your answers"
    fill(visitor, {"motor-course": "stable"})
    press(visitor, "Next")
    assert heading(visitor) == "New signs"
    press(visitor, "Back")
    assert heading(visitor) == "Strength and balance"
    assert visitor.page.select_one("[name='answers.motor-course'][value=stable]").has_attr("checked")


def test_an_emergency(visitor: Visitor, stored: Leads) -> None:
    fill(visitor, {"em-now": ["stroke-signs"]})
    assert press(visitor, "Next").status_code == 200
    assert heading(visitor) == "Get emergency help now"
    fill(visitor, {"contact.phone": "312 555 0142", "consents.contact": "yes"}, "form.leave-number")
    press(visitor, "Send")
    assert heading(visitor) == "We have your number. Call 911 first."
    lead = lead_of(stored, visitor)
    assert lead["assessment"]["triage"]["tier"] == "EMERGENCY"


def test_a_minor(visitor: Visitor, stored: Leads) -> None:
    fill(visitor, CALM[0])
    press(visitor, "Next")
    fill(visitor, CALM[1] | {"age": 14})
    press(visitor, "Next")
    press(visitor, "Continue to safety advice")
    for page in CALM[2:-1]:
        fill(visitor, page)
        press(visitor, "Next")
    assert not visitor.page.select("[name^='contact.']")
    press(visitor, "Show the safety advice")
    assert heading(visitor) == "Safety advice"
    assert stored('"age":14') == []


def test_a_refresh_or_a_second_post_makes_no_second_lead(visitor: Visitor, stored: Leads) -> None:
    go_through(visitor)
    visitor.select_form("main form")
    visitor.form.form.select_one("[name='contact.name']")["value"] = "Impatient Example"
    address, fields = visitor.absolute_url(visitor.form.form["action"]), fields_of(visitor.form)
    receipt = visitor.session.post(address, data=fields)
    again = visitor.session.post(address, data=fields)
    refreshed = visitor.session.get(receipt.url)
    assert receipt.url == again.url
    assert receipt.text == again.text == refreshed.text
    assert len(stored("Impatient Example")) == 1


def fields_of(form: Any) -> list[tuple[str, str]]:
    kept = []
    for field in form.form.select("input, textarea"):
        if field.get("type") in ("radio", "checkbox") and not field.has_attr("checked"):
            continue
        kept.append((field["name"], field.get("value") or field.get_text()))
    return kept


def test_spanish(visitor: Visitor, stored: Leads, site: str) -> None:
    es = words("es")
    visitor.open(f"{site}form?language=es")
    go_through(visitor, es.__getitem__)
    press(visitor, es["Send"])
    assert heading(visitor) == es["We received your answers"]
    lead = lead_of(stored, visitor)
    assert lead["submitted"]["language"] == "es"
    assert {record["language"] for record in lead["submitted"]["consent_records"]} == {"es"}


def test_a_landing_pages_own_form_as_multipart(client: Any, site: str) -> None:
    fields = {"answers.age": "62", "answers.em-now": "none", "contact.phone": "312 555 0142", "consents.contact": "on"}
    own = "http://localhost:8000/thanks"
    parts = [(name, (None, value)) for name, value in (fields | {"return_to": own}).items()]
    answer = client.session.post(f"{site}submissions", files=parts)
    assert answer.status_code == 200
    assert "/received/" in answer.url
    assert f'href="{own}"' in answer.text


def test_a_binary_body_is_refused_politely(client: Any, site: str) -> None:
    answer = client.session.post(
        f"{site}submissions", data=b"\xff\xfe\x00", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code in (400, 422)
    assert "911" in answer.text


def test_more_answers_on_the_receipt_page(visitor: Visitor, stored: Leads) -> None:
    go_through(visitor)
    press(visitor, "Send")
    fill(visitor, {"fn": "some", "tx": ["pt"], "tx-tried": "yes"})
    press(visitor, "Send these answers")
    assert heading(visitor) == "We received your answers"
    assert visitor.page.select_one("#added").get_text(strip=True) == "Thank you. We added your answers."
    assert not visitor.page.select("main form")
    answers = lead_of(stored, visitor)["submitted"]["answers"]
    assert (answers["fn"], answers["tx-tried"]) == ("some", "yes")


def test_just_call_me(visitor: Visitor, stored: Leads, site: str) -> None:
    visitor.open(f"{site}form?mode=callback")
    assert heading(visitor) == "Just call me"
    press(visitor, "Send")
    assert len(visitor.page.select(".summary a")) == 4
    fill(visitor, CALM[0] | CONTACT | {"contact.best_time": "morning"})
    press(visitor, "Send")
    assert heading(visitor) == "We received your answers"
    lead = lead_of(stored, visitor)
    assert (lead["source"], lead["submitted"]["answers"]) == ("callback", {"em-now": ["none"]})


def test_an_emergency_of_who_only_wants_a_call(visitor: Visitor, site: str) -> None:
    visitor.open(f"{site}form?mode=callback")
    fill(visitor, {"em-now": ["stroke-signs"]})
    press(visitor, "Send")
    assert heading(visitor) == "Get emergency help now"
    press(visitor, "I pressed this by mistake. Go back and change my answers.")
    assert heading(visitor) == "Just call me"


def test_who_helps_somebody_reads_of_them(visitor: Visitor, stored: Leads) -> None:
    fill(visitor, CALM[0])
    press(visitor, "Next")
    fill(visitor, CALM[1] | {"who": "caregiver"})
    press(visitor, "Next")
    assert "Is any part of their body weak?" in visitor.page.get_text()
    for page in CALM[2:-1]:
        fill(visitor, page)
        press(visitor, "Next")
    fill(visitor, CALM[-1] | CONTACT | {"contact.helper_name": "Helping Hand", "contact.relation": "son"})
    press(visitor, "Next")
    press(visitor, "Send")
    assert heading(visitor) == "We received your answers"
    lead = lead_of(stored, visitor)["submitted"]
    assert "Helping Hand" in json.dumps(lead)
    assert "or those of the person I help" in json.dumps(lead["consent_records"])
    assert "What have they tried so far?" in visitor.page.get_text()
