"""Draws web/social.png, which other sites show beside a link to the landing page.

python -m dev.social_image
"""

import re
from pathlib import Path

from playwright.sync_api import ViewportSize

from dev.chromium import open_browser

WEB = Path(__file__).resolve().parent.parent / "web"
SIZE = ViewportSize(width=1200, height=630)
LOOK = """
body { height: 630px; display: flex; align-items: center; transform: translateX(92px); }
svg { flex: 1; width: 580px; }
text, .pointer { display: none; }
"""


def main() -> None:
    drawings = re.findall(r"<svg viewBox=\"0 -18.*?</svg>", (WEB / "index.html").read_text(encoding="utf-8"), re.DOTALL)
    styles = (WEB / "page.css").read_text(encoding="utf-8")
    with open_browser() as browser:
        page = browser.new_page(viewport=SIZE)
        page.set_content(f"<style>{styles}{LOOK}</style>{''.join(drawings)}")
        page.screenshot(path=WEB / "social.png")


if __name__ == "__main__":
    main()
