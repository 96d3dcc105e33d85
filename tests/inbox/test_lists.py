from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Route, expect

from tests.functions.staff_calls import IDS
from tests.inbox.conftest import Come, Json, Send
from tests.inbox.member import Member

PAGE = 250
MANY = 1_060
NOW = datetime.now(UTC)
CUT = "row => [row, ...row.querySelectorAll('.who, .status-line')].some(a => a.scrollWidth > a.clientWidth)"
RECORD = """
window.shown = [];
window.Notification = class { constructor(title, {body}) { shown.push(`${title} ${body}`); }
  static permission = "granted"; static requestPermission() { return Promise.resolve("granted"); } };
window.AudioContext = class { constructor() { this.currentTime = 0; } };
window.OscillatorNode = class { connect(next) { return next; } start() { shown.push("tone"); } stop() {} };
window.GainNode = class { connect(next) { return next; } };
"""


def row(number: int, **changes: Any) -> Json:
    """Returns a row of the list, as the service sends it."""
    return {
        "reference": f"{number:05}-00000",
        "version": 1,
        "tier": "ROUTINE",
        "status": "new",
        "deadline": (NOW + timedelta(days=1)).isoformat(),
        "received_at": (NOW - timedelta(hours=1)).isoformat(),
        "acknowledged_at": None,
        "closed_at": None,
        "closed_reason": "",
        "owner": "",
        "owner_name": "",
        "attempts": 0,
        "suspect": False,
        "complete": True,
        "language": "en",
        "tags": [],
        **changes,
    }


class Table:
    """Responds to the list's requests in place of the service, and records their queries in `asked`."""

    def __init__(self, rows: list[Json]) -> None:
        self.rows = rows
        self.asked: list[dict[str, list[str]]] = []
        self.held: list[Callable[[], None]] | None = None

    def answer(self, route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        self.asked.append(query)
        tier = query.get("tier", [""])[0]
        rows = [row for row in self.rows if tier in ("", row["tier"])]
        start = int(query.get("cursor", ["0"])[0])
        cursor = str(start + PAGE) if len(rows) > start + PAGE else None
        body = json.dumps({"leads": rows[start : start + PAGE], "cursor": cursor, "now": NOW.isoformat()})

        def send() -> None:
            route.fulfill(body=body, content_type="application/json")

        if self.held is not None and "cursor" in query:
            self.held.append(send)
        else:
            send()


def at_table(member: Member, rows: list[Json], address: str = "") -> Table:
    table = Table(rows)
    member.page.route("**/leads?*", table.answer)
    member.page.goto(f"{member.site}inbox{address}")
    member.sign_in()
    expect(member.page.locator("#worklist")).to_have_attribute("aria-busy", "false")
    return table


def test_a_thousand_leads_stay_listed_and_fresh(member: Come) -> None:
    nurse = member("nurse")
    rows = [row(number) for number in range(MANY)]
    table = at_table(nurse, rows)
    leads = nurse.page.locator("#leads a")
    while nurse.page.locator("#more").is_visible():
        listed = leads.count()
        nurse.press("Show more")
        expect(leads).to_have_count(min(MANY, listed + PAGE))
    expect(leads).to_have_count(MANY)
    assert nurse.page.evaluate("Math.max(...[...document.querySelectorAll('#leads a')].map(a => a.offsetHeight))") == 56
    rows[1_050] |= {"status": "acknowledged", "owner": "somebody", "owner_name": "Ann Lee"}
    table.asked.clear()
    nurse.press("Refresh")
    expect(nurse.row("01050-00000")).to_contain_text("Ann Lee has it")
    expect(leads).to_have_count(MANY)
    assert {query.get("cursor", ["0"])[0] for query in table.asked} == {str(start) for start in range(0, MANY, PAGE)}


def test_a_late_page_belongs_to_the_list_that_asked(member: Come) -> None:
    nurse = member("nurse")
    table = at_table(nurse, [row(number, tier="ROUTINE" if number else "URGENT") for number in range(300)])
    table.held = []
    nurse.press("Show more")
    nurse.filter("tier", "URGENT")
    expect(nurse.page.locator("#leads a")).to_have_count(1)
    for send in table.held:
        send()
    nurse.page.wait_for_timeout(100)
    expect(nurse.page.locator("#leads a")).to_have_count(1)


def test_filters_are_in_the_address_and_go_back(member: Come) -> None:
    nurse = member("nurse")
    rows = [row(number, tier=("URGENT", "ROUTINE")[number % 2]) for number in range(40)]
    table = at_table(nurse, rows, "#tier=URGENT")
    expect(nurse.page.locator("#leads a")).to_have_count(20)
    expect(nurse.page.locator("#find summary")).to_have_text("Filter: URGENT")
    expect(nurse.page.locator("#tier")).to_be_hidden()
    nurse.filter("tier", "ROUTINE")
    expect(nurse.page.locator("#leads .tier.ROUTINE")).to_have_count(20)
    assert nurse.page.url == f"{nurse.site}inbox#tier=ROUTINE"
    nurse.page.go_back()
    expect(nurse.page.locator("#leads .tier.URGENT")).to_have_count(20)
    nurse.press("Mine")
    assert nurse.page.url == f"{nurse.site}inbox#view=mine&tier=URGENT"
    assert {"view": ["mine"], "tier": ["URGENT"]} in table.asked
    table.rows.clear()
    nurse.press("Refresh").press("Clear filters")
    expect(nurse.page.locator("#leads")).to_have_text("You have no leads.")
    assert nurse.page.url == f"{nurse.site}inbox#view=mine"


def test_leads_are_filtered_by_source_and_questionnaire(member: Come) -> None:
    manager = member("manager")
    rules = {"rule_sets": [{"content_hash": "", "id": name, "questionnaire": name} for name in ("fs-intake", "knee")]}
    manager.page.route("**/rules", lambda route: route.fulfill(json=rules))
    table = at_table(manager, [row(1)], "#questionnaire=knee")
    expect(manager.page.get_by_label("Questionnaire")).to_have_value("knee")
    manager.filter("source", "google-ads")
    expect(manager.page).to_have_url(re.compile("#source=google-ads&questionnaire=knee$"))
    expect(manager.page.locator("#worklist")).to_have_attribute("aria-busy", "false")
    asked = {(query.get("source", [""])[0], query.get("questionnaire", [""])[0]) for query in table.asked}
    assert asked >= {("", "knee"), ("google-ads", "knee")}
    del rules["rule_sets"][1:]
    manager.page.reload()
    expect(manager.page.get_by_label("Questionnaire").locator("option")).to_have_text(["all", "fs-intake", "knee"])
    manager.page.goto(f"{manager.site}inbox#")
    manager.page.reload()
    expect(manager.page.locator("#rules")).to_be_visible()
    expect(manager.page.get_by_label("Questionnaire")).to_be_hidden()


def test_the_open_lead_is_marked_and_in_view(send: Send, member: Come) -> None:
    reference = send()
    nurse = member("nurse")
    marked = row(91, owner="x", owner_name="A colleague with a long name", next_action="confirm_booking", language="es")
    marked |= {"sent_more": True, "contact_revoked": True, "suspect": True, "name": "Sample Patient 50"}
    at_table(nurse, [marked, *(row(number) for number in range(90)), row(0, reference=reference)], f"#lead={reference}")
    for width in (1280, 1000, 360):
        nurse.page.set_viewport_size({"width": width, "height": 900})
        nurse.page.goto(f"{nurse.site}inbox#")
        expect(nurse.row(marked["reference"])).to_be_visible()
        assert not nurse.row(marked["reference"]).evaluate(CUT), width
    nurse.page.set_viewport_size({"width": 1280, "height": 900})
    nurse.page.goto(f"{nurse.site}inbox#lead={reference}")
    nurse.sees(reference)
    expect(nurse.row(reference)).to_have_attribute("aria-current", "true")
    expect(nurse.row(reference)).to_be_in_viewport()


def test_of_taken_leads_the_one_with_the_next_step_due_first_is_first(member: Come) -> None:
    nurse = member("nurse")
    mine = {
        "status": "acknowledged",
        "owner": IDS["nurse"],
        "handed_by": "other-nurse",
        "next_action": "confirm_booking",
    }
    due = [(NOW + timedelta(hours=hours)).isoformat() for hours in (1, 2, 3)]
    rows = [row(1, **mine, deadline=due[0], next_due=due[2]), row(2, **mine, deadline=due[2], next_due=due[1])]
    at_table(nurse, [*rows, row(3, deadline=due[2])])
    for width in (1280, 1000, 360):
        nurse.page.set_viewport_size({"width": width, "height": 900})
        expect(nurse.page.locator("#leads .reference")).to_have_text(["00003-00000", "00002-00000", "00001-00000"])
        assert not nurse.row("00002-00000").evaluate(CUT), width
    expect(nurse.row("00002-00000")).to_contain_text("Handed to you by other-nurse: set the time of the appointment")


def test_a_new_urgent_lead_sounds_without_a_name(member: Come) -> None:
    nurse = member("nurse")
    nurse.page.add_init_script(RECORD)
    table = at_table(nurse, [row(1), row(2, tier="URGENT", status="acknowledged", owner="somebody")])
    nurse.page.get_by_role("button", name="Sound for urgent leads").click()
    nurse.page.locator("#updated").click()
    later = (NOW + timedelta(seconds=5)).isoformat()
    table.rows = [row(4, received_at=later), *table.rows]
    nurse.press("Refresh")
    expect(nurse.page.locator("#status")).to_have_text("New lead: ROUTINE 00004-00000")
    assert nurse.page.evaluate("shown") == []
    table.rows = [row(3, tier="EMERGENCY", name="Jordan Example"), *table.rows]
    nurse.press("Refresh")
    expect(nurse.page.locator("#status")).to_have_text("New lead: EMERGENCY 00003-00000")
    assert nurse.page.evaluate("shown") == ["tone"] * 3 + ["EMERGENCY: nobody has it yet 00003-00000"]
    nurse.press("Refresh")
    assert len(nurse.page.evaluate("shown")) == 4


def test_a_lead_that_moves_up_to_the_first_page_is_not_new(member: Come) -> None:
    nurse = member("nurse")
    table = at_table(nurse, [row(number, tier="URGENT") for number in range(PAGE + 1)])
    table.rows = table.rows[1:]
    nurse.press("Refresh")
    expect(nurse.row(f"{PAGE:05}-00000")).to_be_visible()
    expect(nurse.page.locator("#status")).to_be_empty()
    found = {"leads": [row(1), row(2)], "cursor": None, "now": NOW.isoformat(), "more": True}
    nurse.page.route("**/leads/search", lambda route: route.fulfill(json=found))
    nurse.page.get_by_label("Search by reference").fill("Sample")
    nurse.press("Search")
    expect(nurse.page.locator("#listed")).to_have_text("2 found, and there may be more: type more of the name")


def test_one_hit_opens_unless_the_next_search_is_being_typed(send: Send, member: Come) -> None:
    first, second = send(phone="(312) 555-0188"), send(phone="(312) 555-0189")
    nurse = member("nurse").open()
    box = nurse.page.get_by_label("Search by reference")
    held: list[Route] = []
    nurse.page.route("**/leads/search", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks it
    with nurse.page.expect_request("**/leads/search"):
        box.fill("(312) 555-0188")
        box.press("Enter")
    box.fill("(312) 555-018")
    held[0].fallback()
    expect(nurse.page.locator("#listed")).to_have_text("1 found")
    expect(nurse.row(first)).to_be_visible()
    nurse.page.wait_for_timeout(100)
    assert nurse.page.evaluate("location.hash") == ""
    nurse.page.unroute("**/leads/search")
    box.press_sequentially("9")
    box.press("Enter")
    nurse.sees(second)
