"""Checks the accessibility of a page with axe-core."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SCRIPT = Axe().axe_script
# Only violations are returned, because the whole report takes as long as the check.
_RUN = """
axe.run({resultTypes: ["violations"]}).then(found => found.violations.map(
  ({id, help, nodes}) => `${id}: ${help}: ${nodes.map(node => node.html).join(" ")}`))
"""


def violations(page: Page) -> list[str]:
    """Returns each violated rule with the elements that violate it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SCRIPT)
    found: list[str] = page.evaluate(_RUN)
    return found
