"""Tests what staff see when a colleague works on the same lead."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.functions.calls import URGENT
from tests.functions.staff_calls import captured, worked
from tests.inbox.conftest import Come, Send
from tests.inbox.member import Member, next_january

FIELDS = "#lead :is(input, select, textarea)"
FOLDED = "#lead .unfolding > button[aria-expanded=false]"
BOOKING = {"book-at", "book-whom", "book-why", "book-note"}


def entered(member: Member) -> dict[str, str]:
    read = "fields => Object.fromEntries(fields.map(field => [field.id, field.value]))"
    return dict(member.page.locator(FIELDS).evaluate_all(read))


def fill_in_everything(member: Member) -> dict[str, str]:
    while (folded := member.page.locator(FOLDED)).count():
        folded.first.click()
    for field in member.page.locator(FIELDS).all():
        kind = field.evaluate("field => field.type")
        if kind == "select-one":
            field.select_option("desk")
        else:
            field.fill(next_january() if kind == "datetime-local" else f"Text of {field.get_attribute('id')}")
    found = entered(member)
    assert all(found.values())
    assert found.keys() >= BOOKING | {"again-at", "hand-over-to", "close-why", "lower-reason", "revoke-how", "note"}
    return found


def test_everything_entered_survives_a_refusal_and_what_is_sent_is_forgotten(send: Send, member: Come) -> None:
    reference = send(URGENT)
    nurse = member("nurse").open(reference).press("I'll take it").has("^You have had it")
    nurse.console.expect("409")
    filled = fill_in_everything(nurse)
    worked(reference, "take_over", "desk")
    nurse.press("Save the appointment")
    expect(nurse.refusal).to_have_text(re.compile(r"^desk has had this lead since .*M\. Nothing was changed\.$"))
    expect(nurse.page.get_by_label("When")).to_be_visible()
    expect(nurse.page.locator("#booking #refusal")).to_be_visible()
    assert entered(nurse) == {field: text for field, text in filled.items() if field != "hand-over-to"}
    nurse.press("Take over").has("^You have had it")
    expect(nurse.page.locator("#hand-over-to")).to_have_value("desk")
    assert entered(nurse) == filled
    nurse.page.reload()
    nurse.sees(reference)
    expect(nurse.page.locator("#hand-over-to")).to_have_value("desk")
    assert entered(nurse) == filled
    nurse.press("Save the appointment").has("^Booked by you")
    expect(nurse.page.locator(".next")).to_contain_text("with Text of book-whom. Note to the person: Text of book-note")
    expect(nurse.page.locator("#booking")).to_be_hidden()
    assert entered(nurse)["note"] == "Text of note"
    nurse.press("Reopen …").press("Cancel the appointment and reopen").has("Nobody has it yet")
    assert {field: text for field, text in entered(nurse).items() if field in BOOKING} == dict.fromkeys(BOOKING, "")


def test_a_cleared_field_survives_a_refusal(send: Send, member: Come) -> None:
    reference = send()
    booking = {"at": f"{next_january()}:00-06:00", "with_whom": "Dr. Example", "note": "Bring your MRI."}
    worked(reference, "book", booking=booking)
    nurse = member("nurse").open(reference).press("Move the appointment …")
    nurse.console.expect("409")
    nurse.page.get_by_label("With whom").fill("")
    worked(reference, "book", "desk", booking=booking | {"note": "Come early."})
    nurse.press("Save the appointment")
    expect(nurse.refusal).to_contain_text("You now see the latest version. Your change was not saved.")
    expect(nurse.page.get_by_label("With whom")).to_have_value("")
    expect(nurse.page.locator("#book-note")).to_have_value("Come early.")


@pytest.mark.parametrize("close", [False, True])
def test_a_lead_names_who_booked_or_closed_it_and_not_its_owner(send: Send, member: Come, close: bool) -> None:
    reference = send()
    worked(reference, "acknowledge", "desk")
    nurse = member("nurse").open(reference).has("^desk has had it")
    if close:
        nurse.press("Close …").press("Declined").has("^Closed by you, .*: Declined")
    else:
        nurse.books()
        worked(reference, "book", "desk", booking={"at": f"{next_january()[:-5]}11:00:00-06:00"})
    nurse.page.reload()
    nurse.sees(reference).has("^Closed by you" if close else "^Booked by you")
    nurse.page.emulate_media(media="print")
    ended = re.compile(f"^{'Closed' if close else 'Booked'} by nurse, ")
    expect(nurse.page.locator(".has")).to_have_text(ended, use_inner_text=True)
    member("desk").open(reference).has(f"{'Closed' if close else 'Booked'} by nurse, ")


def test_a_note_that_no_mail_brings_to_the_person_is_only_a_note(member: Come) -> None:
    contact = {"name": "Jordan Example", "phone": "(312) 555-0142"}
    reference = captured(lead_id=str(uuid4()), contact=contact)
    worked(reference, "book", booking={"at": f"{next_january()}:00-06:00", "note": "Bring your MRI."})
    appointment = member("nurse").open(reference).page.locator(".next")
    expect(appointment).to_have_text(re.compile(r"^Appointment: .* 9:30 AM\. Note: Bring your MRI\.$"))
