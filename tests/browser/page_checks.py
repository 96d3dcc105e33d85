"""Checks accessibility, sizes of targets, and falsely reassuring words."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.accessibility import violations

SMALLEST_TARGET = 44
REASSURANCE = re.compile(
    r"you are fine|you're fine|low risk|no red flags?|nothing serious|no need to worry|don't worry|all clear"
    r"|está usted bien|riesgo bajo|nada grave|no se preocupe",
    re.IGNORECASE,
)

# Returns the visible controls that are smaller than `smallest` px. Links within a sentence may be small (WCAG 2.5.8).
TARGETS = """
(smallest) => [document, ...[...document.querySelectorAll("lead-form")].map(form => form.shadowRoot)]
  .flatMap(root => [...root.querySelectorAll("button, .button, input, textarea, .option, .call a, .languages a")])
  .filter(node => node.checkVisibility() && !node.closest("[aria-hidden=true]") && !node.closest(".option input"))
  .map(node => [node.innerText || node.id, node.getBoundingClientRect()])
  .filter(([, box]) => box.height < smallest || box.width < smallest)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""


def judge_size(page: Page, name: str) -> None:
    beyond = page.locator("html").evaluate("page => page.scrollWidth - page.clientWidth")
    assert beyond <= 0, f"{name}: {beyond} px too wide"
    assert page.evaluate(TARGETS, SMALLEST_TARGET) == [], f"{name}: too small for a finger"


def judge(page: Page, name: str) -> None:
    judge_size(page, name)
    assert violations(page) == [], name
    words = page.locator("body").inner_text()
    assert not REASSURANCE.search(words), name
