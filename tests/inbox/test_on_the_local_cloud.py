from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from dev.cloud import LocalCloud
from tests.browser.conftest import Console
from tests.browser.patient import Patient
from tests.inbox.member import Member, next_january

ALERT_WITHIN = 30  # seconds; an alert usually takes two
COVERED = """() => {
  const over = document.querySelector("#status").getBoundingClientRect();
  const beside = (box) =>
    box.left >= over.right || over.left >= box.right || box.top >= over.bottom || over.top >= box.bottom;
  return [...document.querySelectorAll("a, button, input, select, textarea")]
    .filter((node) => node.checkVisibility() && !beside(node.getBoundingClientRect())).map((node) => node.outerHTML);
}"""


@pytest.fixture
def alerts(cloud: LocalCloud) -> Callable[[str], str]:
    queues, topics = cloud.client("sqs"), cloud.client("sns")
    queue = queues.create_queue(QueueName=f"inbox-{uuid4()}")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topics.subscribe(TopicArn=cloud.outputs["AlertTopicArn"], Protocol="sqs", Endpoint=arn)

    def about(reference: str) -> str:
        until = time.monotonic() + ALERT_WITHIN
        while time.monotonic() < until:
            for message in queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
                text = str(json.loads(message["Body"])["Message"])
                if reference in text:
                    return text
        pytest.fail(f"Waited {ALERT_WITHIN} seconds for an alert.")

    return about


def test_a_lead_from_the_form_to_an_appointment(browser: Browser, site: str, alerts: Callable[[str], str]) -> None:
    form = browser.new_page()
    patient = Patient(form, site).filled_in()
    form.locator("#question-note").fill("My <b>left foot</b> slaps the floor & I am scared.")
    patient.goes_to_check().next()
    reference = patient.reference()
    form.context.close()
    alert = alerts(reference)
    link = re.search(r"https://\S+/inbox(#lead=\S+)", alert)
    assert link, alert

    console = Console()
    nurse = Member(browser.new_page(timezone_id="America/Chicago"), site, "nurse", console)
    nurse.page.goto(f"{site}inbox{link[1]}")
    nurse.sign_in()
    nurse.sees(reference).has("Nobody has it yet")
    assert nurse.page.url == f"{site}inbox#lead={reference}"
    expect(nurse.lead).to_contain_text("My <b>left foot</b> slaps the floor & I am scared.")
    expect(nurse.page.get_by_role("link", name="Call (212) 555-0123")).to_have_attribute("href", "tel:+12125550123")

    nurse.press("I'll take it").has(r"^You have had it since \d{1,2}:\d\d")
    expect(nurse.page.locator("#status")).to_have_text("This lead is yours now.")
    assert nurse.page.evaluate(COVERED) == []
    expect(nurse.page.get_by_role("link", name=re.compile("^Call "))).to_be_focused()
    nurse.press("Reached")
    expect(nurse.page.locator(".history li").first).to_contain_text("called: Reached")
    nurse.books()
    history = nurse.page.locator(".history li").all_inner_texts()
    assert [re.sub(r"(?<=clinician), .*", "", entry.splitlines()[0]) for entry in history] == [
        f"You booked: {datetime.fromisoformat(next_january()):%a, %b %-d, %Y, %-I:%M %p}",
        "You called: Reached",
        "You took the lead",
        "Alerts: level 1 to clinician",
        "Received",
    ]
    nurse.press("Closed")
    expect(nurse.row(reference)).to_be_visible()
    nurse.press("Undo: you booked").has("^You have had it since")

    nurse.press("Sign out")
    expect(nurse.page.get_by_label("Username")).to_be_visible()
    nurse.page.context.close()
    assert console.unexpected() == []
