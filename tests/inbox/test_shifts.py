"""Tests a shift change between two members of staff, and the rota."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from functions import capture_lead
from tests.browser.conftest import PHONE
from tests.functions.calls import CONTEXT, posting, submission
from tests.functions.staff_calls import captured, worked
from tests.functions.test_keep_rota import WEEK, save
from tests.inbox.conftest import Come, Json, Send
from tests.inbox.test_states import look

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
URGENT = {"ces": ["unsure"], "change": "yes"}
SMALLEST_GAP = 4


def test_two_staff_and_a_shift_change(send: Send, member: Come, stored: Callable[[str], Json]) -> None:
    boss = member("manager").open()
    expect(boss.page.locator("#rota-button")).to_have_text("On call: all clinicians")
    boss.press("On call: all clinicians").press("Change the rota")
    rota = boss.page.locator("#rota")
    for _ in DAYS:
        boss.press("Add a shift")
        rota.get_by_label("Who").last.select_option("other-nurse")
    boss.press("Add a shift")
    rota.get_by_label("Day").last.select_option("Mon")
    boss.page.once("dialog", lambda asked: asked.dismiss())
    rota.get_by_role("button", name="Close", exact=True).click()
    boss.console.expect("422")
    boss.press("Save the rota")
    overlap = rota.locator(".entry").last.locator(".refusal")
    expect(overlap).to_have_text("This shift overlaps with shift 1 of the week.")
    look(boss, "62-rota-refused")
    rota.get_by_role("button", name="Remove").last.click()
    boss.press("Save the rota")
    expect(rota).to_contain_text("The rota is saved.")
    expect(rota).to_contain_text("No confirmed subscription: other-nurse.")
    look(boss, "63-rota")
    first, second, third = (send(URGENT, name=f"Person {name}") for name in ("One", "Two", "Three"))
    nurse, desk = member("nurse").open(first).press("I'll take it").has("^You have had it"), member("desk")
    for reference in (second, third):
        nurse.goes_to(reference).press("I'll take it").has("^You have had it")
    relief = member("other-nurse").open()
    expect(relief.row(first)).to_be_visible()
    nurse.press("Hand over …").page.locator("#handing-over").get_by_role("button", name="Hand over").click()
    expect(nurse.refusal).to_have_text("Choose a colleague.")
    nurse.page.get_by_label("To which colleague?").first.select_option("other-nurse (on call)")
    look(nurse, "60-handing-over")
    nurse.page.locator("#handing-over").get_by_role("button", name="Hand over").click()
    nurse.has("^other-nurse has had it since")
    relief.press("Refresh")
    expect(relief.page.locator("#status")).to_have_text(f"Handed over to you: URGENT {third}")
    expect(relief.row(third).get_by_text("new to you")).to_be_visible()
    nurse.press("Mine").press("Hand over all …")
    nurse.page.get_by_role("dialog").get_by_label("To which colleague?").select_option("desk")
    look(nurse, "61-handing-over-all")
    nurse.press("Hand over all")
    expect(nurse.page.locator("#status")).to_have_text("2 leads now belong to desk.")
    expect(nurse.page.locator("#leads")).to_contain_text("You have no leads.")
    expect(nurse.page.locator("#main")).to_be_focused()
    desk.open().press("Mine")
    for reference in (first, second):
        expect(desk.row(reference)).to_contain_text(re.compile("Handed to you by nurse: call"))
        assert stored(reference)["owner_name"] == "desk"
    desk.filter("owner", "other-nurse")
    expect(desk.page.locator("#leads a")).to_have_count(0)
    desk.press("Open")
    expect(desk.page.locator("#leads a")).to_have_count(1)
    expect(desk.row(third)).to_contain_text("other-nurse has it: call")


def test_the_rota_form_names_the_clinics_clock_and_refuses_what_is_over(member: Come) -> None:
    boss = member("manager", timezone_id="America/Los_Angeles").open()
    boss.press("On call: all clinicians").press("Change the rota")
    rota = boss.page.locator("#rota")
    expect(rota).to_contain_text("Times are on the clinic's clock (America/Chicago).")
    boss.press("Add an exception")
    rota.get_by_label("From").last.fill("2026-01-05T08:00")
    rota.get_by_label("To").last.fill("2026-01-05T17:00")
    boss.console.expect("422")
    boss.press("Save the rota")
    expect(rota.locator(".entry .refusal")).to_have_text("This exception is already over, by the clinic's clock.")
    expect(rota.get_by_role("button", name="Save the rota")).to_be_visible()


def test_the_header_follows_a_rota_that_somebody_else_saves(member: Come) -> None:
    nurse = member("nurse")
    nurse.page.clock.install()
    on_call = nurse.open().page.locator("#rota-button")
    expect(on_call).to_have_text("On call: all clinicians")
    assert save(WEEK)["statusCode"] == HTTPStatus.OK
    nurse.page.clock.fast_forward("01:00")
    expect(on_call).to_have_text(re.compile("^On call: nurse"))


def test_handing_over_on_a_phone(send: Send, member: Come) -> None:
    reference = send(URGENT)
    nurse = member("nurse", viewport=PHONE).open(reference).press("I'll take it").has("^You have had it")
    nurse.press("Hand over …")
    boxes = [box for each in nurse.page.locator("#handing-over > *").all() if (box := each.bounding_box())]
    assert len(boxes) == 3, "label, select and buttons"
    assert all(below["y"] - above["y"] - above["height"] >= SMALLEST_GAP for above, below in pairwise(boxes))
    worked(reference, "hand_over", to="desk")
    desk = member("desk", viewport=PHONE).open().press("Mine")
    holder = desk.row(reference).locator(".holder")
    expect(holder).to_have_text("Handed to you by nurse: call")
    assert holder.evaluate("each => each.scrollWidth <= each.clientWidth"), "nothing is cut off"
    look(desk, "64-handed-to-me")


def test_a_lead_says_what_came_before(member: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_id = str(uuid4())
    with monkeypatch.context() as patched:
        patched.setattr("functions.wiring.now", lambda: datetime.now(UTC) - timedelta(hours=5))
        reference = captured(URGENT, lead_id, complete=False)
        capture_lead.handler(posting("capture_lead", submission(URGENT, submission_id=lead_id)), CONTEXT)
    nurse = member("nurse").open(reference)
    late = re.compile(r"Was due by .*[AP]M, taken at .*[AP]M\.")
    expect(nurse.lead).not_to_contain_text(late)
    nurse.press("I'll take it").has("^You have had it")
    expect(nurse.lead).to_contain_text(late)
    worked(reference, "hand_over", to="desk")
    glance = member("desk").open(reference).page.get_by_role("list", name="What happened last")
    expect(glance.locator("li")).to_have_text(
        [re.compile(r"^Sent twice; the time before was .*[AP]M$"), re.compile(r"^Handed to you by nurse, .*[AP]M$")]
    )


def test_what_one_takes_here_or_in_another_tab_is_not_handed_over(send: Send, member: Come) -> None:
    reference = send(URGENT)
    nurse = member("nurse").open(reference)
    tab = nurse.second_tab()
    nurse.press("I'll take it").has("^You have had it")
    expect(nurse.row(reference)).to_contain_text("You have it")
    assert "Handed over" not in nurse.page.locator("#status").inner_text()
    tab.press("Refresh")
    expect(tab.row(reference)).to_contain_text("You have it")
    expect(tab.row(reference)).not_to_contain_text("new to you")


def test_what_one_takes_on_another_device_is_not_handed_over(send: Send, member: Come) -> None:
    reference = send(URGENT)
    phone, desktop = member("nurse", viewport=PHONE).open(reference), member("nurse").open()
    expect(desktop.row(reference)).to_contain_text("Nobody has it yet")
    phone.press("I'll take it").has("^You have had it")
    desktop.press("Refresh")
    expect(desktop.row(reference)).to_contain_text("You have it")
    expect(desktop.row(reference)).not_to_contain_text("new to you")
    assert "Handed over" not in desktop.page.locator("#status").inner_text()


def test_an_undo_announces_no_hand_over_of_before(send: Send, member: Come) -> None:
    reference = send(URGENT)
    worked(reference, "acknowledge", "desk")
    worked(reference, "hand_over", "desk", to="nurse")
    nurse = member("nurse").open(reference).has("^You have had it").books()
    expect(nurse.row(reference)).to_have_count(0)
    nurse.press("Undo: you booked").has("^You have had it")
    expect(nurse.row(reference)).to_contain_text("Handed to you by desk")
    expect(nurse.row(reference)).not_to_contain_text("new to you")
    expect(nurse.page.locator("#status")).to_have_text("Undone.")


def test_of_two_who_act_at_once_the_later_reads_what_happened(send: Send, member: Come) -> None:
    reference = send(URGENT)
    nurse, desk = member("nurse").open(reference), member("desk").open(reference)
    for person in (nurse, desk):
        person.console.expect("409")
    desk.press("Reached")
    expect(desk.page.locator("#status")).to_have_text("Call logged.")
    nurse.press("Close …").page.get_by_label("In words").fill("Nobody answers.")
    nurse.press("Unreachable")
    expect(nurse.refusal).to_have_text(
        re.compile(r"^desk called: Reached at .*[AP]M\. You now see the latest version\. Your change was not saved\.$")
    )
    nurse.has("Nobody has it yet").press("I'll take it").has("^You have had it")
    desk.press("Reached")
    expect(desk.page.locator("#status")).to_have_text("Call logged. nurse has the lead now.")


def test_a_lead_that_one_could_not_take_is_announced_when_it_is_handed_over(send: Send, member: Come) -> None:
    reference = send(URGENT)
    nurse, desk = member("nurse").open(reference), member("desk").open(reference)
    desk.console.expect("409")
    nurse.press("I'll take it").has("^You have had it")
    desk.press("I'll take it").has("^nurse has had it")
    desk.page.evaluate("location.hash = ''")
    worked(reference, "hand_over", to="desk")
    desk.press("Refresh")
    expect(desk.page.locator("#status")).to_have_text(f"Handed over to you: URGENT {reference}")
    expect(desk.row(reference).get_by_text("new to you")).to_be_visible()
