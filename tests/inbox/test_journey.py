from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Route, expect

from tests.inbox.conftest import CLINIC_ZONE, Come, Json, Send, hours_are
from tests.inbox.member import next_january
from tests.inbox.test_night import ALWAYS_OPEN
from tests.leads import HOURS

EMERGENCY = {"em-now": ["chest-pressure"]}
URGENT = {"ces": ["unsure"], "change": "yes"}


def test_opening_the_link_changes_nothing_signed_in_or_not(
    send: Send, member: Come, stored: Callable[[str], Json]
) -> None:
    reference = send(EMERGENCY)
    before = stored(reference)
    scanner = member("nobody")
    scanner.page.goto(f"{scanner.site}inbox#lead={reference}")
    expect(scanner.page.get_by_label("Username")).to_be_visible()
    nurse = member("nurse").open(reference)
    nurse.page.reload()
    nurse.sees(reference)
    nurse.page.keyboard.press("a")
    expect(nurse.page.get_by_role("button", name="I'll take it")).to_be_focused()
    assert stored(reference) == before


def test_the_second_of_two_sees_the_owner_and_since_when(send: Send, member: Come) -> None:
    reference = send(URGENT)
    nurse, desk = member("nurse").open(reference), member("desk").open(reference)
    desk.console.expect("409")
    nurse.press("I'll take it").has("^You have had it since")
    desk.press("I'll take it")
    expect(desk.refusal).to_have_text(
        re.compile(r"^nurse has had this lead since \d{1,2}:\d\d [AP]M\. Nothing was changed\.$")
    )
    desk.has(r"^nurse has had it since \d{1,2}:\d\d")
    expect(desk.page.get_by_role("button", name="I'll take it")).to_have_count(0)


def test_each_group_sees_the_buttons_for_its_permissions(send: Send, member: Come) -> None:
    reference = send(URGENT)
    nurse, desk, manager, admin = (member(name).open(reference) for name in ("nurse", "desk", "manager", "admin"))
    expect(nurse.page.get_by_role("button", name="Lower the tier …")).to_be_visible()
    expect(desk.page.get_by_role("button", name="I'll take it")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Lower the tier …")).to_have_count(0)
    for person, links in ((nurse, 0), (desk, 0), (manager, 1), (admin, 1)):
        expect(person.page.get_by_role("link", name="Report")).to_have_count(links)
    expect(admin.lead).to_contain_text("You can read this lead.")
    expect(admin.page.locator(".actions button:visible")).to_have_text(
        ["Download as FHIR", "Download this person's data", "Erase …"]
    )


def test_lowering_a_tier_needs_a_reason_and_raising_does_not(
    send: Send, member: Come, stored: Callable[[str], Json]
) -> None:
    reference = send(URGENT)
    nurse = member("nurse").open(reference).press("I'll take it").press("Lower the tier …")
    choices = nurse.page.locator("#lowering")
    choices.get_by_role("button", name="PRIORITY").click()
    expect(nurse.refusal).to_have_text("Enter a reason before you lower the tier.")
    expect(nurse.refusal).to_be_in_viewport()
    expect(choices.get_by_label("Why?")).to_be_focused()
    assert choices.locator("textarea + .refusal").count() == 1
    choices.get_by_label("Why?").fill("No saddle numbness on the phone.")
    choices.get_by_role("button", name="PRIORITY").click()
    expect(nurse.page.locator("#lead h2 .tier")).to_have_text("PRIORITY")
    expect(nurse.page.locator(".history")).to_contain_text("No saddle numbness on the phone.")
    expect(nurse.page.locator("#why-title")).to_have_text("Why the rules said URGENT")
    nurse.press("Raise the tier …").page.locator("#raising").get_by_role("button", name="EMERGENCY").click()
    expect(nurse.page.locator("#lead h2 .tier")).to_have_text("EMERGENCY")
    assert stored(reference)["staff_tier"] == "EMERGENCY"


OUTSIDE_HOURS = "That is outside opening hours. Press again to keep it."


def test_each_call_says_what_is_next_until_the_appointment(
    send: Send, member: Come, stored: Callable[[str], Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    hours_are(HOURS._replace(days={}), monkeypatch)
    reference = send(URGENT, language="es")
    nurse = member("nurse").open(reference).press("I'll take it").has("^You have had it")
    following = nurse.page.locator(".next")
    expect(following).to_contain_text(re.compile("^Next: Call by .* the clinic is alerted again"))
    expect(nurse.page.locator(".contact")).to_contain_text("call with an interpreter")
    expect(nurse.row(reference)).to_contain_text(re.compile("Jordan Example.*You have it: call"))
    expect(nurse.lead.locator(".does")).to_be_visible()
    nurse.console.expect("422")
    nurse.press("Close …").press("Declined")
    expect(nurse.refusal).to_have_text("Record a call first, or say why there was none.")
    expect(nurse.page.get_by_label("In words")).to_be_focused()
    nurse.press("No answer")
    expect(following).to_contain_text("Next: Call again")
    expect(following).to_be_focused()
    expect(following).to_be_in_viewport()
    expect(nurse.lead.locator(".does")).to_have_count(0)
    expect(nurse.page.locator("#undo")).to_have_text("Undo: you called: No answer")
    nurse.press("Another outcome …").press("Call again then")
    expect(nurse.refusal).to_have_text("Enter the time at which the person asked to be called.")
    again = nurse.page.get_by_label("Asked to be called at")
    for wrong, why in (
        ("2020-01-15T09:30", "That time is past."),
        ("2031-01-15T09:30", "For tier URGENT: a time within 24 hours."),
    ):
        again.fill(wrong)
        nurse.press("Call again then")
        expect(nurse.refusal).to_have_text(why)
        expect(again).to_be_focused()
    later = datetime.now(ZoneInfo(CLINIC_ZONE)) + timedelta(hours=12)
    again.fill(f"{later:%FT%H:%M}")
    nurse.press("Call again then")
    expect(nurse.refusal).to_have_text(OUTSIDE_HOURS)
    expect(again).to_be_focused()
    nurse.press("Call again then")
    expect(following).to_contain_text(re.compile(rf"^Next: Call again at .*\b{later:%-I:%M %p}"))
    expect(nurse.page.locator(".history")).to_contain_text(
        re.compile(rf"called: Asked to be called again at .*\b{later:%-I:%M %p}")
    )
    nurse.press("Another outcome …").press("Goes to the emergency room")
    expect(nurse.page.get_by_role("button", name="Close: In emergency care")).to_have_class("main")
    appointment = next_january()
    nurse.press("Booked …").press("Save the appointment")
    expect(nurse.refusal).to_have_text("Enter the date and time of the appointment.")
    expect(nurse.page.get_by_label("When")).to_be_focused()
    nurse.page.get_by_label("When").fill(appointment)
    nurse.page.get_by_label("With whom").fill("Dr. Example")
    nurse.page.get_by_label("it goes into the e-mail as written").fill("Bring your MRI.")
    nurse.press("Save the appointment")
    expect(nurse.refusal).to_have_text(OUTSIDE_HOURS)
    nurse.press("Save the appointment").has("^Booked by you")
    expect(following).to_contain_text(
        re.compile(rf"^Appointment: Wed, Jan \d+, {appointment[:4]}, 9:30 AM with Dr. Example")
    )
    expect(nurse.page.get_by_label("When")).to_be_hidden()
    nurse.press("Move the appointment …")
    expect(nurse.page.get_by_label("When")).to_have_value(appointment)
    assert stored(reference)["booking"].items() >= {"with_whom": "Dr. Example", "note": "Bring your MRI."}.items()


def test_a_moved_appointment_is_not_called_booked(send: Send, member: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    hours_are(ALWAYS_OPEN, monkeypatch)
    nurse = member("nurse").open(send(URGENT)).books().press("Move the appointment …")
    nurse.page.get_by_label("When").fill(next_january().replace("T09:30", "T11:00"))
    nurse.press("Save the appointment")
    expect(nurse.page.locator("#status")).to_have_text("Appointment moved.")
    expect(nurse.page.locator(".history li").first).to_contain_text(
        re.compile("You moved the appointment: .* 11:00"), use_inner_text=True
    )
    expect(nurse.page.locator("#undo")).to_have_text("Undo: you moved the appointment")


def test_an_appointment_with_a_wrong_year_is_refused_beside_its_field(
    send: Send, member: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours_are(HOURS._replace(days={}), monkeypatch)
    nurse = member("nurse").open(send(URGENT))
    time = nurse.press("Booked …").page.get_by_label("When")
    time.fill("9" + next_january()[1:])
    nurse.press("Save the appointment")
    expect(nurse.refusal).to_have_text("Enter a time within the next two years. Check the year.")
    expect(time).to_be_focused()


def test_no_address_has_a_token_or_phone_and_tokens_end_with_the_tab(send: Send, member: Come) -> None:
    reference = send(phone="(312) 555-0188")
    nurse = member("nurse").open()
    nurse.page.get_by_label("Search by reference").fill("312 555 0188")
    nurse.press("Search").sees(reference)
    kept: dict[str, Any] = nurse.page.evaluate("({...sessionStorage})")
    token = re.search(r'"token":"([^"]+)"', kept["inbox:token"])
    assert token
    assert not [
        address for address in nurse.addresses if token[1] in address or "5550188" in address.replace("%20", "")
    ]
    assert nurse.page.evaluate("Object.keys(localStorage).sort()") == ["inbox:active", "inbox:ended"]
    assert nurse.page.evaluate("document.cookie") == ""
    assert "code=" not in nurse.page.url


def test_signing_in_again_restores_the_lead_and_the_draft(send: Send, member: Come) -> None:
    reference = send()
    nurse = member("nurse").open(reference)
    nurse.page.get_by_label("Note for colleagues").fill("Daughter answers the phone")
    nurse.page.evaluate("""() => {
      const kept = JSON.parse(sessionStorage.getItem("inbox:token"));
      sessionStorage.setItem("inbox:token", JSON.stringify({...kept, until: Date.now()}));
    }""")
    nurse.page.reload()
    nurse.sign_in()
    nurse.sees(reference)
    expect(nurse.page.get_by_label("Note for colleagues")).to_have_value("Daughter answers the phone")
    nurse.press("Add note")
    expect(nurse.page.locator(".history")).to_contain_text("Daughter answers the phone")
    expect(nurse.page.get_by_label("Note for colleagues")).to_have_value("")


def test_an_action_applies_to_the_lead_that_was_on_the_screen(
    send: Send, member: Come, stored: Callable[[str], Json]
) -> None:
    first, second = send(URGENT), send(URGENT)
    nurse = member("nurse").open(first)
    held: list[Route] = []
    nurse.page.route("**/leads/*/actions", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks it
    nurse.page.route(f"**/leads/{second}", lambda route: held.append(route))  # noqa: PLW0108
    nurse.press("I'll take it")
    with nurse.page.expect_request(f"**/leads/{second}"):
        nurse.row(second).click()
    expect(nurse.page.locator("#lead button")).to_have_count(0)
    step, reading = held
    step.fallback()
    expect(nurse.page.locator("#status")).to_have_text(f"{first}: This lead is yours now.")
    expect(nurse.page.get_by_text("Loading the lead")).to_be_visible()
    reading.fallback()
    nurse.sees(second).has("Nobody has it yet")
    nurse.page.unroute("**/leads/*/actions")
    nurse.books()
    assert (stored(first)["status"], stored(second)["status"]) == ("acknowledged", "booked")


def test_a_late_refusal_names_its_lead_and_does_not_navigate(send: Send, member: Come) -> None:
    first, second = send(URGENT), send(URGENT)
    nurse, desk = member("nurse").open(first), member("desk").open(first)
    nurse.console.expect("409")
    desk.press("I'll take it").has("^You have had it")
    held: list[Route] = []
    nurse.page.route("**/leads/*/actions", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks it
    with nurse.page.expect_request("**/leads/*/actions"):
        nurse.press("I'll take it")
    nurse.row(second).click()
    nurse.sees(second)
    held[0].fallback()
    expect(nurse.page.locator("#status")).to_contain_text(f"{first}: desk has had this lead since")
    nurse.sees(second).has("Nobody has it yet")
    expect(nurse.refusal).to_be_empty()


def test_a_draft_survives_a_colleagues_action(send: Send, member: Come) -> None:
    reference = send(URGENT)
    nurse, desk = member("nurse").open(reference), member("desk").open(reference)
    nurse.console.expect("409")
    nurse.press("Lower the tier …").press("Consent revoked …")
    nurse.page.get_by_label("Why?").fill("No saddle numbness on the phone.")
    nurse.page.get_by_label("How did the patient revoke it?").fill("Said so on the phone.")
    desk.press("Raise the tier …").press("EMERGENCY")
    expect(desk.page.locator("#lead h2 .tier")).to_have_text("EMERGENCY")
    nurse.page.locator("#lowering").get_by_role("button", name="PRIORITY").click()
    expect(nurse.refusal).to_contain_text("desk raised the tier: EMERGENCY at ")
    expect(nurse.page.get_by_label("Why?")).to_have_value("No saddle numbness on the phone.")
    nurse.page.reload()
    expect(nurse.page.get_by_label("How did the patient revoke it?")).to_have_value("Said so on the phone.")
    expect(nurse.page.get_by_role("button", name="Lower the tier …")).to_have_attribute("aria-expanded", "true")
    nurse.page.locator("#lowering").get_by_role("button", name="PRIORITY").click()
    expect(nurse.page.locator("#lead h2 .tier")).to_have_text("PRIORITY")
    expect(nurse.page.get_by_label("Why?")).to_be_hidden()
    expect(nurse.page.get_by_label("Why?")).to_have_value("")


def test_each_lead_keeps_its_own_draft(send: Send, member: Come) -> None:
    first, second = send(), send()
    nurse = member("nurse").open(first)
    note = nurse.page.get_by_label("Note for colleagues")
    note.fill("Daughter answers the phone")
    nurse.goes_to(second)
    expect(note).to_have_value("")
    note.fill("Call the pharmacy")
    nurse.goes_to(first)
    expect(note).to_have_value("Daughter answers the phone")
    nurse.press("Add note")
    expect(note).to_have_value("")
    nurse.goes_to(second)
    expect(note).to_have_value("Call the pharmacy")


def test_a_sign_in_that_was_not_started_here_is_refused(member: Come) -> None:
    stranger = member("nurse")
    stranger.page.goto(f"{stranger.site}inbox?code=stolen&state=elsewhere")
    expect(stranger.page.get_by_text("This sign-in was not started in this tab.")).to_be_visible()
    assert stranger.page.url == f"{stranger.site}inbox"


def test_a_new_lead_and_a_colleagues_action_appear_by_themselves(send: Send, member: Come) -> None:
    first = send(EMERGENCY)
    nurse = member("nurse")
    nurse.page.clock.install()
    nurse.open(first)
    member("desk").open(first).press("I'll take it").has("^You have had it")
    second = send(EMERGENCY)
    nurse.refreshes().has("^desk has had it since")
    expect(nurse.row(second)).to_be_visible()


def test_a_new_lead_is_announced_in_every_list(send: Send, member: Come) -> None:
    nurse = member("nurse")
    nurse.page.clock.install()
    nurse.open(send(EMERGENCY))
    nurse.page.get_by_label("Search by reference").fill("00000-00000")
    shows: dict[str, Callable[[], object]] = {
        "a search": lambda: nurse.press("Search"),
        "mine": lambda: nurse.press("Mine"),
        "closed": lambda: nurse.press("Closed"),
        "a tier": lambda: nurse.press("Open").filter("tier", "ROUTINE"),
    }
    for name, show in shows.items():
        show()
        expect(nurse.page.locator("#worklist")).to_have_attribute("aria-busy", "false")
        before = nurse.page.title()
        reference = send(EMERGENCY)
        nurse.refreshes()
        expect(nurse.page.locator("#status"), name).to_have_text(f"New lead: EMERGENCY {reference}")
        assert nurse.page.title() != before


def test_another_list_empties_the_search_box(member: Come) -> None:
    desk = member("desk").open()
    box = desk.page.get_by_label("Search by reference")
    box.fill("00000-00000")
    desk.press("Search")
    expect(desk.page.locator("#leads")).to_have_text(
        "Nothing found. Search for whole names, a reference or half of it, a number or its last 7 digits, or an email."
    )
    box.focus()
    expect(desk.page.locator("#searchable")).to_be_visible()
    desk.press("Mine")
    expect(box).to_have_value("")


def test_a_lead_that_the_user_reopened_is_not_announced(send: Send, member: Come) -> None:
    reference = send(EMERGENCY)
    nurse = member("nurse").open(reference).books()
    expect(nurse.row(reference)).to_have_count(0)
    nurse.press("Undo: you booked").has("Nobody has it yet")
    expect(nurse.row(reference)).to_be_visible()
    expect(nurse.page.locator("#status")).to_have_text("Undone.")


def test_a_changed_lead_is_not_redrawn_while_in_use(send: Send, member: Come) -> None:
    reference = send()
    nurse, desk = member("nurse").open(reference), member("desk").open(reference)
    desk.press("I'll take it").has("^You have had it")
    held: list[Route] = []
    nurse.page.route("**/leads/" + reference, lambda route: held.append(route))  # noqa: PLW0108  Playwright marks it
    with nurse.page.expect_request("**/leads/" + reference):  # the response is held until the nurse has pressed Close
        nurse.page.locator("#refresh").click()
    nurse.press("Close …")
    for route in held:
        route.fallback()
    expect(nurse.refusal).to_contain_text("This lead has just changed.")
    expect(nurse.page.get_by_role("button", name="Duplicate", exact=True)).to_be_visible()
    nurse.page.unroute("**/leads/" + reference)
    nurse.press("Show the latest version").has("^desk has had it")


def test_another_lead_with_the_same_address_is_shown(send: Send, member: Come) -> None:
    email = f"again-{time.time_ns()}@example.com"
    first, second = send(email=email, phone="(312) 555-0171"), send(email=email, phone="(312) 555-0172")
    nurse = member("nurse").open(second)
    expect(nurse.page.locator(".others")).to_contain_text(first)
    nurse.page.locator(".others a").first.click()
    nurse.sees(first)
    assert not re.search(r"312|555|example\.com", nurse.page.locator("#worklist").inner_text())
