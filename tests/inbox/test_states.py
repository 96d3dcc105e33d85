"""Checks accessibility and layout of every state of the inbox."""

from __future__ import annotations

import re
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import ViewportSize, expect

from functions import capture_lead
from shared.domain.leads.lead import reference_of
from tests.accessibility import violations
from tests.aws import Aws
from tests.browser.conftest import PHONE, SCREENSHOTS
from tests.functions.calls import CONTEXT, content, posting, submission
from tests.functions.staff_calls import captured, indexed, worked
from tests.inbox.conftest import Come, Send
from tests.inbox.member import Member

WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=320, height=640)
SMALLEST_TARGET = 44
A4, LETTER = 680, 702
TARGETS = """
(smallest) => [...document.querySelectorAll(
    "button, .button, input:not([type=checkbox]), textarea, select, #leads a, summary")]
  .filter(node => node.checkVisibility())
  .map(node => [node.innerText || node.id, node.getBoundingClientRect()])
  .filter(([, box]) => box.height < smallest || box.width < smallest)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""
# Returns whether the content fits, and nothing covers its first and last corner.
ON_TOP = """
part => {
  const { left, right, top, bottom } = part.getBoundingClientRect();
  return part.scrollWidth <= part.clientWidth + 1 && [[left + 2, top + 2], [right - 2, bottom - 2]]
    .every(([x, y]) => part.contains(document.elementFromPoint(x, y)));
}
"""


def look(member: Member, name: str) -> None:
    """Takes screenshots of the current state and checks it, in light and dark."""
    page = member.page
    for folder, size, scheme in (
        ("wide", WIDE, "light"),
        ("phone", PHONE, "light"),
        ("dark", PHONE, "dark"),
        ("narrow", NARROW, "dark"),
    ):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        beyond = page.locator("html").evaluate("page => page.scrollWidth - page.clientWidth")
        assert beyond <= 0, f"{name}: {beyond} px too wide at {size['width']}"
        assert page.evaluate(TARGETS, SMALLEST_TARGET) == [], f"{name}: too small for a finger at {size['width']}"
        if folder != "narrow":
            page.screenshot(path=SCREENSHOTS / "inbox" / folder / f"{name}.png", full_page=True)
        if folder in ("wide", "dark"):
            assert violations(page) == [], f"{name} {folder}"
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")


def test_signing_in(member: Come) -> None:
    nurse = member("nurse")
    nurse.page.goto(f"{nurse.site}inbox?error=access_denied")
    expect(nurse.page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    look(nurse, "00-not-signed-in")
    nurse.press("Sign in")
    expect(nurse.page.get_by_label("Username")).to_be_visible()


def test_signing_out_leaves_nothing_behind(send: Send, member: Come) -> None:
    nurse = member("nurse").open(send())
    nurse.page.get_by_label("Note for colleagues").fill("Daughter answers the phone")
    assert nurse.page.evaluate("sessionStorage.getItem('inbox:drafts')")
    nurse.press("Sign out")
    expect(nurse.page.get_by_label("Username")).to_be_visible()
    nurse.page.go_back()
    expect(nurse.page.get_by_label("Username")).to_be_visible()
    expect(nurse.page.get_by_text("Jordan Example")).to_have_count(0)
    for name in ("inbox:token", "inbox:drafts"):
        assert nurse.page.evaluate("name => sessionStorage.getItem(name)", name) is None


def test_signing_out_signs_out_every_tab(send: Send, member: Come) -> None:
    first = member("nurse").open(send())
    second = first.second_tab()
    second.press("Sign out")
    expect(second.page.get_by_label("Username")).to_be_visible()
    expect(first.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(first.page.get_by_text("Jordan Example")).to_have_count(0)
    first.press("Sign in")
    expect(first.page.get_by_label("Username")).to_be_visible()


def test_an_idle_page_locks_and_keeps_the_draft(send: Send, member: Come) -> None:
    reference = send()
    nurse = member("nurse")
    nurse.page.clock.install()
    nurse.open(reference)
    nurse.page.get_by_label("Note for colleagues").fill("Daughter answers the phone")
    nurse.page.clock.fast_forward(10 * 60_000)
    nurse.page.keyboard.press("Shift")
    nurse.page.clock.fast_forward(14 * 60_000 + 10_000)
    expect(nurse.page.locator("#status")).to_have_text(re.compile("locks in a minute"))
    nurse.page.clock.fast_forward(60_000)
    expect(nurse.page.get_by_role("heading", name="This page is locked")).to_be_visible()
    expect(nurse.page.get_by_text("Jordan Example")).to_have_count(0)
    look(nurse, "02-locked")
    nurse.press("Sign in")
    expect(nurse.page.get_by_label("Username")).to_be_visible()
    # After a sign-out at the user pool, the sign-in page asks for the password again.
    assert any("/logout?" in address for address in nurse.addresses)
    nurse.sign_in()
    nurse.sees(reference)
    expect(nurse.page.get_by_label("Note for colleagues")).to_have_value("Daughter answers the phone")


def test_a_locked_list_is_signed_in_again(send: Send, member: Come) -> None:
    """A URL without a fragment once led from sign-out to sign-out."""
    send()
    nurse = member("nurse")
    nurse.page.clock.install()
    nurse.open()
    nurse.page.clock.fast_forward(16 * 60_000)
    expect(nurse.page.get_by_role("heading", name="This page is locked")).to_be_visible()
    nurse.page.evaluate("history.replaceState(null, '', location.pathname)")
    nurse.press("Sign in")
    expect(nurse.page.get_by_label("Username")).to_be_visible()


def test_in_no_group(member: Come) -> None:
    outsider = member("guest")
    outsider.console.expect("403")
    outsider.open()
    expect(outsider.page.get_by_role("heading", name="You don't have access to leads")).to_be_visible()
    look(outsider, "01-forbidden")


def test_the_lists(send: Send, member: Come) -> None:
    send({"em-now": ["chest-pressure"]})
    send({"ces": ["unsure"], "change": "yes"}, language="es")
    send()
    admin = member("admin").open()
    expect(admin.page.locator("#leads a").first).to_be_visible()
    expect(admin.page.locator("#rules")).to_contain_text(
        re.compile(r"Rules fs-triage \S+ changed \d{4}-\d\d-\d\d awaiting a physician's approval")
    )
    taken = [row.locator(".nobody").count() == 0 for row in admin.page.locator("#leads a").all()]
    assert taken == sorted(taken)
    tiers = admin.page.locator("#leads a:has(.nobody) .tier").all_inner_texts()
    assert tiers
    order = ["EMERGENCY", "URGENT", "PRIORITY", "ROUTINE"]
    assert tiers == sorted(tiers, key=order.index)
    look(admin, "10-open")
    admin.press("Mine")
    expect(admin.page.get_by_text("You have no leads.")).to_be_visible()
    look(admin, "11-empty")
    admin.press("Open")
    admin.filter("tier", "URGENT")
    expect(admin.page.locator("#leads .tier:not(.URGENT)")).to_have_count(0)
    admin.page.get_by_label("Search by reference").fill("00000-00000")
    admin.press("Search")
    expect(admin.page.get_by_text("Nothing found. Search for whole names")).to_be_visible()
    look(admin, "12-nothing-found")
    admin.press("Clear search")
    expect(admin.page.locator("#leads a").first).to_be_visible()


def test_a_lead_and_its_actions(send: Send, member: Come) -> None:
    reference = send(
        {"em-now": ["chest-pressure"], "ces": ["saddle-numb"], "motor": ["unsure"]}, language="es", preference="text"
    )
    nurse = member("nurse").open(reference)
    ask = nurse.page.get_by_role("region", name="Ask on the phone")
    expect(ask).to_contain_text(re.compile("Ask first: .not sure. ¿Tiene alguna parte.*Is any part of your body weak?"))
    expect(ask.locator("#ask-too [lang=en]")).to_contain_text(["When did"])
    expect(ask.locator("#ask-too [lang=en] li")).to_have_text(
        [
            "In the last 2 weeks",
            "It began before, and got worse in the last 2 weeks",
            "2 weeks to 3 months ago",
            re.compile("^It began long ago"),
            re.compile("^More than 3 months ago"),
        ]
    )
    expect(nurse.page.locator(".contact")).to_contain_text("prefers a text message (did not consent to texts)")
    shown = nurse.page.get_by_role("region", name="Messages shown to the patient").locator(".pair")
    expect(shown.locator("[lang=es]").first).to_contain_text("911")
    assert shown.locator("[lang=es]").count() == shown.locator("[lang=en]").count()
    why = nurse.page.get_by_role("region", name="Why EMERGENCY")
    expect(why.locator(".rules-fired").nth(0).locator("small")).to_have_text([re.compile("^EMERGENCY ·")] * 2)
    expect(why.locator("h4, h4 + .rules-fired small")).to_have_text(["Also", re.compile("^PRIORITY · UNK-02")])
    look(nurse, "20-new")
    nurse.press("I'll take it").has("^You have had it")
    for name in ("Close …", "Lower the tier …", "Release …"):
        nurse.press(name)
    look(nurse, "21-taken-all-choices")
    colleague = member("desk").open(reference)
    colleague.has("^nurse has had it")
    look(colleague, "22-a-colleague-has-it")
    nurse.page.get_by_label("In words").fill("Her daughter drove her to the hospital.")
    nurse.page.locator("#closing").get_by_role("button", name="Declined").click()
    nurse.has("^Closed by you")
    look(nurse, "23-closed")
    nurse.page.emulate_media(media="print")
    nurse.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(nurse.page.locator(".actions").first).to_be_hidden()
    expect(nurse.page.locator("#worklist")).to_be_hidden()
    expect(nurse.page.locator("#denied dl")).to_be_visible()
    expect(nurse.page.locator(".has")).to_have_text(re.compile("Closed by nurse"), use_inner_text=True)
    expect(nurse.page.locator(".history")).not_to_contain_text("You", use_inner_text=True)
    expect(nurse.page.locator(".top")).to_contain_text("Printed by nurse, ", use_inner_text=True)
    number = nurse.page.get_by_role("link", name="Call (312) 555-0142")
    expect(number).to_have_css("color", "rgb(0, 0, 0)")
    for width in (A4, LETTER):
        nurse.page.set_viewport_size({"width": width, "height": 1000})
        assert nurse.page.locator("html").evaluate("page => page.scrollWidth - page.clientWidth") <= 0, width
    nurse.page.screenshot(path=SCREENSHOTS / "inbox" / "wide" / "24-printed.png", full_page=True)


def test_a_mail_link_adds_no_recipient(send: Send, member: Come) -> None:
    email = "someone?cc=boss&" + "very-long-" * 4 + "@clinic.example"
    nurse = member("nurse").open(send(email=email))
    link = nurse.page.get_by_role("link", name=email)
    expect(link).to_have_attribute("href", f"mailto:{quote(email, safe='@')}")
    look(nurse, "25-long-address")


def test_loading_and_not_found(send: Send, member: Come) -> None:
    nurse = member("nurse").open(send())
    # NAME_NOT_RESOLVED: the request for lead 00000-00000 fails when the test ends.
    nurse.console.expect("404|NAME_NOT_RESOLVED")
    nurse.page.route("**/leads/00000-00000", lambda _route: None)
    nurse.page.evaluate("location.hash = 'lead=00000-00000'")
    expect(nurse.page.get_by_text("Loading the lead")).to_be_visible()
    look(nurse, "30-loading")
    nurse.page.unroute("**/leads/00000-00000")
    nurse.page.evaluate("location.hash = 'lead=00000-00001'")
    expect(nurse.page.get_by_role("heading", name="There is no lead 00000-00001.")).to_be_visible()
    look(nurse, "31-no-such-lead")


def test_stale(send: Send, member: Come) -> None:
    reference = send()
    nurse = member("nurse").open(reference)
    nurse.console.expect("ERR_FAILED")
    nurse.page.route("**/leads**", lambda route: route.abort())
    nurse.press("Refresh")
    banner = nurse.page.get_by_role("alert").filter(has_text="The service cannot be reached.")
    expect(banner).to_be_visible()
    look(nurse, "40-stale")
    nurse.page.unroute("**/leads**")
    nurse.press("Try now")
    expect(banner).to_be_hidden()


def test_no_action_looks_done_while_the_service_is_unavailable(send: Send, member: Come) -> None:
    nurse = member("nurse").open(send())
    nurse.console.expect("ERR_FAILED")
    nurse.page.route("**/actions", lambda route: route.abort())
    nurse.press("I'll take it")
    expect(nurse.refusal).to_contain_text("may not have been saved")
    nurse.has("Nobody has it yet")
    look(nurse, "41-not-saved")
    nurse.page.unroute("**/actions")
    nurse.press("I'll take it").has("^You have had it")
    nurse.press("No answer")
    expect(nurse.page.locator("#status")).to_have_text("Call logged.")
    nurse.page.route("**/actions", lambda route: route.abort())
    nurse.press("Reached")
    expect(nurse.refusal).to_contain_text("may not have been saved")
    assert nurse.page.locator("#status").inner_text() == ""


def test_keyboard_shortcuts_navigate_and_never_act(send: Send, member: Come) -> None:
    send()
    nurse = member("nurse").open()
    keys = nurse.page.keyboard
    expect(nurse.page.locator("#leads a").first).to_be_visible()
    keys.press("j")
    expect(nurse.page.locator("#leads a").first).to_be_focused()
    keys.press("Enter")
    expect(nurse.page.locator("#lead h2 .reference")).to_be_visible()
    keys.press("n")
    expect(nurse.page.get_by_label("Note for colleagues")).to_be_focused()
    keys.type("a?1")
    expect(nurse.page.get_by_label("Note for colleagues")).to_have_value("a?1")
    nurse.page.get_by_label("Note for colleagues").fill("")
    keys.press("Escape")
    for number, view in enumerate(("Open", "Mine", "My day", "Closed"), start=1):
        keys.press(str(number))
        expect(nurse.page.get_by_role("button", name=view, exact=True)).to_have_attribute("aria-pressed", "true")
    keys.press("?")
    dialog = nurse.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    look(nurse, "50-shortcuts")
    dialog.get_by_label("Shortcuts are on").uncheck()
    nurse.press("Close")
    keys.press("?")
    expect(dialog).to_be_hidden()
    keys.press("Escape")
    expect(nurse.lead).to_be_hidden()
    # The list of closed leads lacks the lead's row, which would get the focus.
    expect(nurse.page.locator("#main")).to_be_focused()


def test_only_a_clinician_is_offered_not_a_fit_for_an_urgent_lead(send: Send, member: Come) -> None:
    reference = send({"ces": ["unsure"], "change": "yes"})
    for name, offered in (("desk", 0), ("nurse", 1)):
        staff = member(name).open(reference).press("Close …")
        expect(staff.page.get_by_role("button", name="Duplicate", exact=True)).to_be_visible()
        expect(staff.page.get_by_role("button", name="Not a fit", exact=True)).to_have_count(offered)


@pytest.mark.parametrize("zone", ["America/Chicago", "Asia/Tokyo"])  # Tokyo's staff see a note about the zone
def test_the_header_stays_in_view_on_a_wide_screen(send: Send, member: Come, zone: str) -> None:
    reference = send({"ces": ["unsure"], "change": "yes"})
    for number in range(15):
        send(phone=f"(312) 555-01{number:02}")
    nurse = member("nurse", timezone_id=zone).open(reference).press("I'll take it").has("^You have had it")
    expect(nurse.page.locator("#leads a")).not_to_have_count(0)
    for width, height in ((1280, 900), (1100, 700)):
        nurse.page.set_viewport_size({"width": width, "height": height})
        assert nurse.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0, width
        nurse.page.locator("#leads a").last.focus()
        nurse.page.get_by_label("Note for colleagues").focus()
        expect(nurse.page.get_by_label("Note for colleagues")).to_be_in_viewport()
        expect(nurse.page.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)


SELF_HARM = "Why EMERGENCY: New chest pain or pressure; Thoughts of ending their life or hurting themselves"


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_who_it_is_and_why_it_is_urgent_stay_in_view(send: Send, member: Come, size: ViewportSize) -> None:
    name = "Maximiliana Featherstonehaugh-Example"
    reference = send({"em-now": ["chest-pressure", "self-harm"], "signs": ["leg-swollen", "rash"]}, name=name)
    nurse = member("nurse", viewport=size).open(reference)
    why, call = nurse.lead.locator(".because"), nurse.page.get_by_role("link", name=re.compile("^Call "))
    for _ in range(2):
        expect(why).to_have_text(SELF_HARM)
        expect(why).to_be_in_viewport(ratio=1)
        expect(call).to_be_in_viewport(ratio=1)
        assert why.evaluate("(why, call) => why.compareDocumentPosition(call) & 4", call.element_handle())
        if nurse.page.locator("#take").is_visible():
            nurse.press("I'll take it").has("^You have had it")
    nurse.page.get_by_label("Note for colleagues").focus()
    expect(nurse.page.locator("#status")).to_be_empty(timeout=10_000)
    top = nurse.page.locator("#reading" if size == PHONE else "#lead h2")
    expect(top).to_have_text(f"EMERGENCY {name} {reference}")
    for part in (".tier", ".person", ".reference"):
        expect(top.locator(part)).to_be_in_viewport(ratio=1)
        assert top.locator(part).evaluate(ON_TOP), part
    expect(nurse.page.get_by_label("Note for colleagues")).to_be_in_viewport(ratio=1)


def test_the_header_of_the_list_counts_what_nobody_has_taken(send: Send, member: Come) -> None:
    send({"em-now": ["chest-pressure"]})
    worked(send({"ces": ["unsure"], "change": "yes"}), "acknowledge")
    nurse = member("nurse").open()
    expect(nurse.page.locator("#listed")).to_have_text("2 open; 1 EMERGENCY not taken")


def test_a_request_to_be_called_stands_beside_the_answers(send: Send, member: Come) -> None:
    reference = send(name="Jordan Example", phone="(312) 555-0186 ext. 12")
    body = {
        "submission_id": str(uuid4()),
        "questionnaire": submission()["questionnaire"],
        "answers": {"em-now": ["none"]},
        "contact": {"name": "Jordan E", "phone": "(312) 555-0186", "best_time": "evening"},
        "consents": {"contact": True},
    }
    given = content(capture_lead.handler(posting("capture_lead.callbacks", body), CONTEXT))["reference"]
    nurse = member("nurse").open(reference)
    expect(nurse.page.get_by_role("link", name="Call (312) 555-0186 ext. 12")).to_have_attribute(
        "href", "tel:+13125550186,12"
    )
    expect(nurse.lead).to_contain_text("The patient asked for a call")
    expect(nurse.lead).to_contain_text("Asked for a call: ")
    expect(nurse.lead).to_contain_text("Sent as Jordan E")
    expect(nurse.lead).to_contain_text(f"Reference given: {given}")
    expect(nurse.lead).to_contain_text("best in the evening")
    look(nurse, "70-asked-for-a-call")


def test_a_release_and_an_undo_say_what_was_done(aws: Aws, send: Send, member: Come) -> None:
    reference = send({"ces": ["unsure"], "change": "yes"})
    nurse = member("nurse").open(reference).press("I'll take it").has("^You have had it")
    status, history = nurse.page.locator("#status"), nurse.page.locator(".history li")
    nurse.press("Reached").press("Undo: you called: Reached")
    expect(history.first).to_contain_text("You undid: called: Reached", use_inner_text=True)
    nurse.press("Release …").press("Release and alert the clinic").has("Nobody has it yet")
    expect(status).to_have_text("Released.")
    expect(history.first).to_contain_text("You released the lead", use_inner_text=True)
    nurse.press("Undo: you released the lead").has("^You have had it")
    expect(history.first).to_contain_text("You undid: released the lead", use_inner_text=True)
    indexed(*(lead["lead_id"] for lead in aws.leads()))
    nurse.press("My day")
    expect(nurse.row(reference)).to_contain_text(re.compile("undid: released the lead, .*M released the lead"))
    nurse.press("Close …").page.get_by_label("In words").fill("Her son called.")
    nurse.press("Declined").press("Reopen")
    expect(status).to_have_text("Reopened.")


def test_a_withdrawn_form_says_that_the_visitor_withdrew_it(send: Send, member: Come) -> None:
    reference, submission_id = send(), str(uuid4())
    for changes in ({}, {"answers": {}, "contact": None, "consents": {"contact": False}}):
        body = submission({}, submission_id=submission_id, complete=False) | changes
        assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] in (200, 201)
    nurse = member("nurse").open(reference).goes_to(reference_of(UUID(submission_id)))
    nurse.has(r"^Closed: withdrawn by the visitor, \d{1,2}:\d\d [AP]M$")


def test_the_source_names_the_page_with_the_form(member: Come, aws: Aws) -> None:
    page = "https://partner.example/back-pain"
    reference = captured(None, str(uuid4()), page=page)
    nurse = member("nurse").open(reference)
    expect(nurse.page.locator("section[aria-labelledby=source-title] dl")).to_contain_text(page)
