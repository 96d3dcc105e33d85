from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from functions import index_leads
from tests.aws import Aws
from tests.browser.conftest import PHONE
from tests.functions.calls import CONTEXT, stream_of
from tests.functions.staff_calls import worked
from tests.inbox.conftest import CLINIC_ZONE, Come, Json, Send, hours_are
from tests.inbox.member import next_january
from tests.inbox.test_states import look
from tests.leads import HOURS

URGENT = {"ces": ["unsure"], "change": "yes"}
EMERGENCY = {"em-now": ["chest-pressure"]}


ALWAYS_OPEN = HOURS._replace(days=dict.fromkeys(range(7), (time(0), time(23, 59))))


def test_a_nurses_night_on_a_phone(
    aws: Aws, send: Send, member: Come, stored: Callable[[str], Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    hours_are(ALWAYS_OPEN, monkeypatch)
    urgent = send(URGENT, name="Ursula Example")
    nurse = member("nurse", viewport=PHONE, has_touch=True).open(urgent).press("I'll take it").has("^You have had it")
    page, glance = nurse.page, nurse.page.get_by_role("list", name="What happened last")
    expect(page.get_by_role("link", name="Call (312) 555-0142")).to_be_focused()
    nurse.press("Left a message")
    expect(glance).to_contain_text(re.compile(r"Last call: Left a message, \d+:\d\d [AP]M, by you"))
    expect(page.locator(".next")).to_contain_text("Next: Call again")
    later = (datetime.now(ZoneInfo(CLINIC_ZONE)) + timedelta(hours=23)).replace(minute=30)
    nurse.press("Another outcome …")
    page.get_by_label("Asked to be called at").fill(later.strftime("%Y-%m-%dT%H:%M"))
    nurse.press("Call again then")
    expect(glance).to_contain_text("Asked to be called again")
    page.get_by_label("Note for colleagues").fill("Her daughter drives her tomorrow.")
    nurse.press("Add note")
    expect(glance).to_contain_text("by you: Her daughter drives her tomorrow.")
    look(nurse, "65-at-a-glance")
    page.set_viewport_size(PHONE)
    emergency = send(EMERGENCY, name="Emil Example")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#status")).to_have_text(f"New lead: EMERGENCY {emergency}")
    page.get_by_role("link", name="← List").click()
    expect(page.locator("#leads a").first).to_contain_text("Emil Example")
    nurse.row(emergency).click()
    nurse.sees(emergency).press("I'll take it").has("^You have had it").press("Reached").books()
    for lead in aws.stored():
        index_leads.handler(stream_of(lead["lead_id"]), CONTEXT)
    page.get_by_role("link", name="← List").click()
    nurse.press("My day")
    expect(page.locator("#leads a")).to_have_count(2)
    expect(nurse.row(emergency)).to_contain_text(re.compile("booked: .*called: Reached.*took the lead"))
    told = nurse.row(emergency).locator(".status-line")
    assert told.evaluate("each => each.clientWidth / each.parentNode.clientWidth") > 0.9, "not beside the countdown"
    look(nurse, "66-my-day")
    moved = datetime.fromisoformat(next_january()) + timedelta(days=1)
    worked(emergency, "book", "desk", booking={"at": moved.replace(tzinfo=ZoneInfo(CLINIC_ZONE)).isoformat()})
    nurse.press("Refresh")
    expect(nurse.row(emergency)).to_contain_text(
        re.compile(rf"now booked for Thu, Jan {moved.day}, {moved.year}, 9:30 AM, ")
    )
    assert [stored(reference)["status"] for reference in (urgent, emergency)] == ["acknowledged", "booked"]
