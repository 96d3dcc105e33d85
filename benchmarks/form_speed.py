"""Measures bytes, requests and time until a visitor with a slow phone can use the form.

    python -m benchmarks.form_speed [--loads 7]

Chromium simulates slow 4G (1.6 Mbit/s down, 0.75 up, 150 ms per request) and a processor four times slower. The time
for opening a connection is not included.
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, ViewportSize

from dev.chromium import open_browser
from dev.cloud import LocalCloud
from dev.front import Front

PHONE = ViewportSize(width=390, height=844)
KILOBIT = 1000 / 8  # bytes
NETWORK = {
    "offline": False,
    "latency": 150,  # ms
    "downloadThroughput": 1600 * KILOBIT,
    "uploadThroughput": 750 * KILOBIT,
}
SLOWER = 4
QUESTIONS = "form?mode=element"
# The element draws its Start button once it is defined.
USABLE = "customElements.whenDefined('lead-form').then(() => { window.usableAt = performance.now(); });"
FIRST_QUESTION = """
() => new Promise(done => {
  const inside = document.querySelector("lead-form").shadowRoot;
  const started = performance.now();
  new MutationObserver((_, observer) => {
    if (!inside.querySelector("#drawn:not([hidden])")) return;
    observer.disconnect();
    requestAnimationFrame(() => done(performance.now() - started));
  }).observe(inside, { childList: true, subtree: true, attributes: true });
  inside.getElementById("start").click();
})
"""


@dataclass(frozen=True)
class Load:
    """One visit with an empty cache, with times in milliseconds.

    bytes: size of the page, its styles and the script
    questions: size of the questions in bytes
    """

    requests: int
    bytes: int
    questions: int
    painted: float
    usable: float
    first_question: float


def measure(browser: Browser, address: str, loads: int) -> list[Load]:
    return [_visit(browser, address) for _ in range(loads)]


def _visit(browser: Browser, address: str) -> Load:
    context = browser.new_context(viewport=PHONE)
    try:
        page = context.new_page()
        asked: list[Request] = []
        page.on("requestfinished", lambda request: None if request.url.endswith(".svg") else asked.append(request))
        _slow_down(page)
        page.add_init_script(USABLE)
        page.goto(address, wait_until="networkidle")
        sizes = {request.url: request.sizes() for request in asked}
        travelled = {url: size["responseHeadersSize"] + size["responseBodySize"] for url, size in sizes.items()}
        questions = sum(size for url, size in travelled.items() if QUESTIONS in url)
        first_view = (sum(QUESTIONS not in url for url in travelled), sum(travelled.values()) - questions, questions)
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
        usable = page.evaluate("window.usableAt")
        with page.expect_response("**/challenges/*"):
            first_question = page.evaluate(FIRST_QUESTION)
        return Load(*first_view, painted, usable, first_question)
    finally:
        context.close()


def _slow_down(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


@contextmanager
def _service() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as state, LocalCloud(Path(state)) as cloud, Front(cloud) as front:
        yield front.address


def _row(name: str, values: Sequence[float], unit: str) -> str:
    return f"{name:<34}{min(values):>9.0f}{statistics.median(values):>9.0f}{max(values):>9.0f}  {unit}"


def tables(loads: int) -> str:
    lines = []
    with _service() as address, open_browser() as browser:
        measure(browser, address, 1)
        for language in ("en", "es"):
            found = measure(browser, f"{address}?language={language}", loads)
            lines += [
                f"{language}, {loads} loads{'':<21}{'least':>9}{'median':>9}{'most':>9}",
                _row("requests of the first view", [load.requests for load in found], ""),
                _row("bytes of the first view", [load.bytes for load in found], ""),
                _row("bytes of the questions", [load.questions for load in found], ""),
                _row("first paint", [load.painted for load in found], "ms"),
                _row("usable: Start reacts", [load.usable for load in found], "ms"),
                _row("from Start to the first question", [load.first_question for load in found], "ms"),
            ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a visitor on a slow phone waits for the form")
    parser.add_argument("--loads", type=int, default=7)
    print(tables(parser.parse_args().loads))


if __name__ == "__main__":
    main()
