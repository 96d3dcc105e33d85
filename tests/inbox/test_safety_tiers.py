from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.inbox.conftest import Come, Send
from tests.inbox.member import next_january
from tests.inbox.test_states import look

EMERGENCY = {"em-now": ["chest-pressure"]}


def test_a_wrong_number_of_an_emergency_leaves_the_short_deadline_and_names_the_other_way(
    send: Send, member: Come
) -> None:
    nurse = member("nurse").open(send(EMERGENCY, email="jo@person.example")).press("I'll take it").has("^You have had")
    nurse.press("Wrong number")
    step = nurse.page.locator("#next")
    expect(step).to_contain_text("Next: Write to jo@person.example, or find another number by")
    expect(nurse.page.locator("#lead .left")).to_have_text(re.compile(r"^1[45]:\d\d left$"))
    call, write = nurse.page.locator("#lead a[href^='tel:']"), nurse.page.locator("#lead a[href^='mailto:']")
    expect(nurse.page.locator(".contact .never")).to_have_text(
        re.compile(r"^\(312\) 555-0142 was reported wrong at \d+:\d\d [AP]M\.$")
    )
    expect(call).not_to_have_class(re.compile("main"))
    expect(write).to_have_class(re.compile("main"))
    expect(nurse.page.locator("#close-as")).to_have_count(0)
    expect(nurse.page.locator(".steps button.main:visible")).to_have_count(0)
    look(nurse, "25-wrong-number")
    nurse.console.expect("422")
    nurse.press("Close …").press("Unreachable")
    expect(nurse.refusal).to_have_text("The last call did not reach the person: say why you do this now.")
    expect(nurse.page.locator("#close-why")).to_be_focused()
    nurse.press("Undo: you called: Wrong number")
    expect(step).to_contain_text("Next: Call by")
    expect(call).to_have_class(re.compile("main"))
    expect(nurse.page.locator(".contact .never")).to_have_count(0)


def test_an_emergency_that_no_call_reached_is_booked_only_with_a_reason(send: Send, member: Come) -> None:
    nurse = member("nurse").open(send(EMERGENCY)).press("I'll take it").has("^You have had")
    nurse.press("Left a message").press("Booked …").page.get_by_label("When").fill(next_january())
    nurse.console.expect("422")
    nurse.press("Save the appointment")
    expect(nurse.refusal).to_have_text("The last call did not reach the person: say why you do this now.")
    expect(nurse.page.locator("#book-why")).to_be_focused()
    look(nurse, "26-booking-refused")
    nurse.page.locator("#book-why").fill("Her doctor agreed to it.")
    nurse.press("Save the appointment").has("^Booked by you")
    expect(nurse.page.locator(".history li").first).to_contain_text("Her doctor agreed to it.")
    routine = nurse.goes_to(send()).press("I'll take it").has("^You have had").press("Booked …")
    expect(routine.page.locator("#book-why")).to_have_count(0)


def test_reopening_asks_before_it_cancels_an_appointment(send: Send, member: Come) -> None:
    nurse = member("nurse").open(send(EMERGENCY)).press("I'll take it").has("^You have had").books()
    main = nurse.page.locator(".steps button.main:visible")
    expect(main).to_have_text("Move the appointment …")
    expect(nurse.page.locator(".next")).to_contain_text(re.compile(r"^Appointment: Wed, Jan .* 9:30 AM"))
    nurse.press("Reopen …")
    asked = nurse.page.locator("#reopening p")
    expect(asked).to_contain_text(
        re.compile(r"^This cancels the appointment on Wed, Jan .* 9:30 AM, but does not tell")
    )
    look(nurse, "27-reopening")
    nurse.press("Cancel the appointment and reopen").has("Nobody has it yet")
    glance = nurse.page.get_by_role("list", name="What happened last")
    expect(glance).to_contain_text(re.compile(r"Was booked by you, .*M, for Wed, Jan .* 9:30 AM"))
    nurse.press("Undo: you reopened the lead").has("^Booked by you")
