"""Tests a shift change with two staff."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.inbox.conftest import Come, Json, Send
from tests.inbox.test_states import look

URGENT = {"ces": ["unsure"], "change": "yes"}


def test_two_staff_and_a_shift_change(send: Send, member: Come, stored: Callable[[str], Json]) -> None:
    first, second, third = (send(URGENT, name=f"Person {name}") for name in ("One", "Two", "Three"))
    nurse, desk = member("nurse").open(first).press("I'll take it").has("^You have had it"), member("desk")
    for reference in (second, third):
        nurse.goes_to(reference).press("I'll take it").has("^You have had it")
    nurse.press("Hand over …").page.locator("#handing-over").get_by_role("button", name="Hand over").click()
    expect(nurse.refusal).to_have_text("Choose a colleague.")
    nurse.page.get_by_label("To which colleague?").first.select_option("other-nurse")
    look(nurse, "60-handing-over")
    nurse.page.locator("#handing-over").get_by_role("button", name="Hand over").click()
    nurse.has("^other-nurse has had it since")
    nurse.press("Mine").press("Hand over all …")
    nurse.page.get_by_role("dialog").get_by_label("To which colleague?").select_option("desk")
    look(nurse, "61-handing-over-all")
    nurse.press("Hand over all")
    expect(nurse.page.locator("#status")).to_have_text("2 leads now belong to desk.")
    expect(nurse.page.locator("#leads")).to_contain_text("You have no leads.")
    desk.open().press("Mine")
    for reference in (first, second):
        expect(desk.row(reference)).to_contain_text(re.compile("You have it: call"))
        assert stored(reference)["owner_name"] == "desk"
    desk.page.locator("#owner").select_option("other-nurse")
    expect(desk.page.locator("#leads a")).to_have_count(0)
    desk.press("Open")
    expect(desk.page.locator("#leads a")).to_have_count(1)
    expect(desk.row(third)).to_contain_text("other-nurse has it: call")
