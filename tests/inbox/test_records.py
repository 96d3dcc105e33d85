"""Tests who can revoke consents, export and erase in the inbox."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.patient import until
from tests.functions.admin_calls import erased, exported
from tests.functions.staff_calls import worked
from tests.inbox.conftest import Come, Json, Send
from tests.inbox.member import Member
from tests.inbox.test_states import look

ERASED = re.compile("^This lead was erased on ")


def downloaded(member: Member, button: str) -> tuple[str, str]:
    with member.page.expect_download() as waiting:
        member.press(button)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_text(encoding="utf-8-sig")


def test_the_desk_records_that_a_consent_was_revoked(send: Send, member: Come, stored: Callable[[str], Json]) -> None:
    reference = send()
    desk = member("desk", timezone_id="Asia/Tokyo").open(reference)
    expect(desk.page.locator("#zones")).to_have_text("Times are yours (Tokyo). The clinic's zone is Chicago.")
    expect(desk.page.get_by_role("button", name="Reached", exact=True)).to_be_visible()
    expect(desk.lead.locator(".does")).to_be_visible()
    expect(desk.lead).to_contain_text("no entry was changed")
    expect(desk.page.get_by_role("heading", name="Records")).to_have_count(0)
    desk.press("I'll take it").has("^You have had it")
    main = desk.page.locator(".steps button.main:visible")
    expect(main).to_have_text("Booked …")
    desk.press("Consent revoked …").press("No more contact")
    expect(desk.refusal).to_have_text("Enter how the patient revoked the consent.")
    desk.page.get_by_label("How did the patient revoke it?").fill("Said so on the phone.")
    look(desk, "60-consent-revoked")
    desk.press("No more contact")
    expect(desk.lead).to_contain_text("Do not contact: the patient revoked this consent.")
    expect(desk.page.get_by_role("link", name=re.compile("^Call "))).to_have_count(0)
    expect(desk.row(reference)).to_contain_text("do not contact")
    expect(main).to_have_text("Close …")
    step = desk.page.locator("#next")
    expect(step).to_contain_text("Next: Close it, or call for a medical reason by")
    expect(desk.row(reference)).to_contain_text("You have it: close it, or call for a medical reason")
    for contradicting in (desk.page.get_by_role("button", name="Reached", exact=True), desk.lead.locator(".does")):
        expect(contradicting).to_have_count(0)
    desk.press("Show, for a medical reason")
    expect(desk.page.get_by_role("button", name="Reached", exact=True)).to_be_visible()
    expect(step).to_contain_text("Next: Close it, or call for a medical reason by")
    expect(desk.page.get_by_role("link", name=re.compile("^Call "))).to_be_visible()
    expect(desk.lead).to_contain_text("Do not contact: the patient revoked this consent.")
    assert stored(reference)["consent_records"][-1]["how"] == "revoked: Said so on the phone."


def test_a_clinician_exports_one_lead_as_fhir_and_cannot_erase(send: Send, member: Come) -> None:
    reference = send()
    nurse = member("nurse").open(reference)
    name, text = downloaded(nurse, "Download as FHIR")
    assert (name, json.loads(text)["resourceType"]) == (f"lead-{reference}.fhir.json", "Bundle")
    for button in ("Download this person's data", "Erase …", "Export …"):
        expect(nurse.page.get_by_role("button", name=button)).to_have_count(0)


def test_a_late_erasure_does_not_navigate_away_from_the_next_lead(send: Send, member: Come) -> None:
    first, second = send(), send()
    admin = member("admin").open(first)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "DELETE":
            held.append(route)
        else:
            route.fallback()

    admin.page.route(f"**/leads/{first}", hold)
    admin.press("Erase …").press(f"Erase {first} permanently")
    admin.goes_to(second)
    held[0].fallback()
    expect(admin.page.locator("#status")).to_have_text(f"{first} was erased.")
    admin.sees(second)
    name, _ = downloaded(admin, "Download this person's data")
    assert name == f"person-{second}.json"


def test_an_administrator_exports_by_days_and_tier(send: Send, member: Come) -> None:
    urgent, other = send({"ces": ["unsure"], "change": "yes"}), send()
    admin = member("admin").open()
    admin.press("Export …")
    admin.page.get_by_role("dialog").get_by_label("Tier").select_option("URGENT")
    look(admin, "61-export")
    name, text = downloaded(admin, "Download CSV")
    assert re.fullmatch(r"leads-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d-URGENT\.csv", name)
    rows: list[dict[str, Any]] = list(csv.DictReader(text.splitlines()))
    assert urgent in {row["reference"] for row in rows}
    assert other not in {row["reference"] for row in rows}
    expect(admin.page.locator("#export-status")).to_have_text("The file is in your downloads: 1 lead.")
    admin.console.expect("422")
    admin.page.get_by_label("First day").fill("2020-01-01")
    admin.press("Download CSV")
    expect(admin.page.locator("#export-status")).to_contain_text("Choose at most one year")
    admin.press("Close")


def test_an_export_says_how_far_it_is(send: Send, member: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.usecases.exporting.LEADS_IN_EXPORT", 1)
    references = {send() for _ in range(3)}
    manager = member("manager").open()
    held: list[Route] = []
    manager.page.route("**/leads/export?*cursor=*", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks it
    manager.press("Export …")
    with manager.page.expect_download() as waiting:
        manager.press("Download CSV")
        for text in ("1 lead …", "2 leads …"):
            expect(manager.page.locator("#export-status")).to_have_text(text)
            until(manager.page, lambda: bool(held))
            held.pop().fallback()
    lines = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert {row["reference"] for row in csv.DictReader(lines)} == references
    expect(manager.page.locator("#export-status")).to_have_text("The file is in your downloads: 3 leads.")


def test_an_administrator_exports_a_person_and_erases_in_two_steps(send: Send, member: Come) -> None:
    reference = send(email="going@example.com", phone="(312) 555-0161")
    admin = member("admin").open(reference)
    name, text = downloaded(admin, "Download this person's data")
    assert name == f"person-{reference}.json"
    assert [lead["reference"] for lead in json.loads(text)["leads"]] == [reference]
    admin.press("Erase …")
    expect(admin.page.locator("#erasing")).to_contain_text("Kept:")
    look(admin, "62-erasing")
    nurse = member("nurse").open(reference)
    nurse.console.expect("410")
    admin.press(f"Erase {reference} permanently")
    expect(admin.page.locator("#status")).to_have_text(f"{reference} was erased.")
    nurse.press("Refresh")
    expect(nurse.page.get_by_role("heading", name=ERASED)).to_be_visible()
    expect(nurse.page.get_by_text("going@example.com")).to_have_count(0)
    expect(admin.lead).to_be_hidden()
    expect(admin.row(reference)).to_have_count(0)
    admin.console.expect("410")
    admin.page.goto(f"{admin.site}inbox#lead={reference}")
    expect(admin.page.get_by_role("heading", name=ERASED)).to_be_visible()
    assert not [address for address in admin.addresses if "going" in address]


def test_an_action_on_an_erased_lead_clears_it_from_the_screen(send: Send, member: Come) -> None:
    reference = send(email="gone@example.com")
    nurse, tokyo = member("nurse").open(reference), member("desk", timezone_id="Asia/Tokyo").open(reference)
    for person in (nurse, tokyo):
        person.console.expect("410")
    erased(reference)
    nurse.press("I'll take it")
    tokyo.press("Raise the tier …").page.locator("#raising").get_by_role("button", name="EMERGENCY").click()
    for person in (nurse, tokyo):
        expect(person.page.get_by_role("heading", name=ERASED)).to_be_visible()
        expect(person.lead).not_to_contain_text("gone@example.com")
        expect(person.lead.get_by_role("button")).to_have_count(0)
        expect(person.lead).to_be_focused()
        expect(person.row(reference)).to_have_count(0)


@pytest.mark.parametrize(("zone", "day"), [("America/Chicago", "Nov 30, 2026"), ("Asia/Tokyo", "Dec 1, 2026")])
def test_the_day_of_an_erasure_is_the_readers(send: Send, member: Come, zone: str, day: str) -> None:
    reference, nurse = send(), member("nurse", timezone_id=zone)
    nurse.console.expect("410")
    gone = {"status": 410, "detail": "This lead was erased.", "since": "2026-12-01T01:30:00+00:00"}
    nurse.page.route(f"**/leads/{reference}", lambda route: route.fulfill(status=410, json=gone))
    nurse.page.goto(f"{nurse.site}inbox#lead={reference}")
    nurse.sign_in()
    expect(nurse.page.get_by_role("heading", name=f"This lead was erased on {day}.")).to_be_visible()


def test_an_administrator_reads_who_looked_at_what(send: Send, member: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.usecases.reading_accesses.ENTRIES_ON_PAGE", 3)
    reference, other, _ = send(), send(), send()
    member("nurse").open(reference).press("I'll take it").press("Undo: you took the lead").has("Nobody has it yet")
    worked(other, "acknowledge")
    worked(other, "reopen")
    admin = member("admin").open(other)
    exported()
    admin.page.get_by_role("link", name="Access log").click()
    expect(admin.page.get_by_role("region", name="Access log")).to_be_visible()
    lines = admin.page.get_by_role("region", name="What staff saw and did").locator("tbody tr")
    # Two entries of the same export share a line.
    expect(lines).to_have_text(
        [
            re.compile(r"20\d\d, \d+:\d\d:\d\d.*admin\s*read this log"),
            re.compile("admin\\s*exported 2 leads or more: see “Show more”"),
        ]
    )
    more = admin.page.get_by_role("button", name="Show more").last
    while more.is_visible():
        shown = lines.count()
        more.click()
        expect(admin.page.locator(".said")).to_be_empty()
        assert lines.count() > shown or more.is_hidden()
    expect(lines.filter(has_text="exported")).to_have_text([re.compile("admin\\s*exported 3 leads")])
    opened = lines.filter(has_text=re.compile("nurse\\s*opened the lead")).filter(has_text=reference)
    expect(opened).to_have_count(1)
    for words in ("read this log", "saw names in a list", "took the lead", "undid an action", "released the lead"):
        expect(lines.filter(has_text=words), words).not_to_have_count(0)
    look(admin, "63-access-log")
    admin.page.get_by_label("Lead (reference)").fill(other)
    admin.page.get_by_label("Who (user name)").fill("admin")
    admin.press("Show")
    expect(lines.filter(has_text="opened the lead")).to_have_text([re.compile(f"admin\\s*opened the lead\\s*{other}")])
    expect(lines.filter(has_text="nurse")).to_have_count(0)
    admin.console.expect("422")
    admin.page.get_by_label("Lead (reference)").fill("12D")
    admin.press("Show")
    expect(admin.page.locator(".said.refusal")).to_have_text(
        "Enter the reference as in the alert, or half of it. What is below was loaded before."
    )
    expect(lines.filter(has_text="opened the lead")).to_have_count(1)
    look(admin, "64-access-log-refused")
    admin.page.get_by_label("Lead (reference)").fill(other[6:].lower())
    admin.press("Show")
    expect(admin.page.locator(".said")).to_be_empty()
    expect(admin.page.locator(".said.refusal")).to_have_count(0)
    expect(lines.filter(has_text="opened the lead")).to_have_text([re.compile(other)])
