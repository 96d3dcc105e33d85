"""Tests the report in the inbox."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from functions import show_receipt
from tests.aws import Aws
from tests.functions.calls import CONTEXT, posting
from tests.functions.staff_calls import indexed, worked
from tests.inbox.conftest import Come, Send
from tests.inbox.test_records import downloaded
from tests.inbox.test_states import look

URGENT = {"ces": ["unsure"], "change": "yes"}
LEADS = 21


@pytest.fixture
def last_week(aws: Aws, send: Send, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Captures leads of last week. Returns the Monday of last week, at 15:00 UTC."""
    today = datetime.now(UTC).date()
    monday = datetime.combine(today - timedelta(days=today.weekday() + 7), time(15), UTC)
    with monkeypatch.context() as patched:
        for number in range(LEADS):
            at = monday + timedelta(days=number % 5)
            patched.setattr("functions.wiring.now", lambda at=at: at)
            name = "Maria Lopez" if number == LEADS - 1 else f"Sample {number}"
            reference = send(URGENT, name=name, phone=f"(312) 555-01{number:02}")
            show_receipt.handler(posting("show_receipt.stop", {"questionnaire": "fs-intake", "page": "P2"}), CONTEXT)
            if number < 2:
                patched.setattr("functions.wiring.now", lambda at=at: at + timedelta(minutes=9))
                worked(reference, "acknowledge")
                worked(reference, "contact_attempt", outcome="reached")
        booking = {"at": (monday + timedelta(days=30)).isoformat()}
        worked(reference, "book", booking=booking)
    indexed(*(lead["lead_id"] for lead in aws.leads()))
    return monday


def test_a_managers_monday(last_week: datetime, send: Send, member: Come) -> None:
    manager = member("manager", timezone_id="America/Chicago").open()
    page = manager.page
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("region", name="Report", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Report")).to_be_focused()
    manager.press("Last week")
    expect(page.locator(".totals")).to_contain_text(re.compile(rf"Leads\s*{LEADS}\s*Called in time\s*2 of "))
    expect(page.locator(".totals")).to_contain_text("9 min")
    assert page.url.endswith(f"#page=report&from={last_week:%F}&to={last_week + timedelta(days=6):%F}")

    by_day = page.get_by_role("region", name="Leads by day and tier").locator("tbody tr")
    expect(by_day).to_have_count(7)
    leads = [int(row.locator("td").first.inner_text()) for row in by_day.all()]
    assert leads == [0, 0, 4, 4, 4, 4, 5]
    chart = page.get_by_role("img", name=f"Leads by day: at most 5, {last_week:%a, %b} {last_week.day}")
    expect(chart).to_be_visible()
    heights = [float(bar.get_attribute("height") or 0) for bar in chart.locator("rect.URGENT").all()]
    assert [higher / lower for higher, lower in pairwise(heights)] == pytest.approx([5 / 4, 1, 1, 1])
    sources = page.get_by_role("region", name="By source")
    expect(sources.get_by_role("row", name="Form")).to_contain_text(re.compile(r"21\s*2 of 21\s*9 min\s*9 min"))
    expect(page.get_by_role("region", name="Rules that alone caused a tier")).to_contain_text("URGENT")
    pages = page.get_by_role("region", name="Where visitors left the form").locator("tbody tr")
    expect(pages).to_have_text(
        [re.compile(r"\D0\s*0 %$"), re.compile(rf"\D{LEADS}\s*100 %$"), *[re.compile(r"\D0\s*0 %$")] * 9]
    )
    look(manager, "80-report")

    name, text = downloaded(manager, "Download CSV for an agency")
    assert name == f"report-{last_week:%F}-{last_week + timedelta(days=6):%F}.csv"
    assert ["source", "form", str(LEADS), str(LEADS), "not shown", "not shown", "not shown", "not shown"] in list(
        csv.reader(text.splitlines())
    )
    page.reload()
    expect(by_day).to_have_count(7)

    page.get_by_role("link", name="\u2190 Leads").click()
    manager.filter("source", "form")
    expect(page.locator("#listed")).to_have_text(f"{LEADS - 1} leads")
    assert page.url.endswith("#source=form")
    page.get_by_label("Search by reference").fill("lopez")
    manager.press("Search")
    expect(page.locator("#lead .name")).to_have_text("Maria Lopez")
    assert not [address for address in manager.addresses if "lopez" in address.lower()]
    expect(page.get_by_role("button", name="Download as FHIR")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Erase|person's data"))).to_have_count(0)


def test_a_report_names_the_hour_up_to_which_deadlines_count(
    send: Send, member: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2026, 6, 3, 17, tzinfo=UTC)  # 12:00 in Chicago
    monkeypatch.setattr("functions.wiring.now", lambda: noon)
    send(URGENT)
    monkeypatch.setattr("functions.wiring.now", lambda: noon.replace(minute=55))
    manager = member("manager", timezone_id="America/Chicago")
    manager.page.clock.set_fixed_time(noon.replace(minute=55))
    manager.open().page.get_by_role("link", name="Report").click()
    expect(manager.page.get_by_role("region", name="Report", exact=True)).to_contain_text(
        "“Called in time” as of 12:00 PM: later deadlines are not counted yet."
    )


def test_a_report_of_too_many_days_says_so(send: Send, member: Come) -> None:
    manager = member("manager").open()
    manager.console.expect("422")
    manager.page.evaluate("location.hash = 'page=report&from=2020-01-01&to=2026-01-01'")
    expect(manager.page.locator(".said")).to_have_text(re.compile("^Choose at most one year"))
    manager.press("Last 12 months")
    expect(manager.page.get_by_role("heading", name="Leads by week")).to_be_visible()
    manager.page.get_by_role("link", name="← Leads").click()
    expect(manager.page.locator("#worklist")).to_be_visible()
    expect(manager.page.get_by_role("heading", name="Report")).to_have_count(0)
