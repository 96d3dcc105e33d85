"""Announces alerts in the terminal of `make run`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from dev.outbox import SentAlert

WINDOW = 2.0  # seconds
MOST_SINGLY = 5
COLOURS = {"EMERGENCY": "bold red", "URGENT": "red", "PRIORITY": "yellow"}


class Announcer:
    """Collects alerts for WINDOW seconds, then prints them. `outbox` is the URL of the list of all alerts."""

    def __init__(self, say: Callable[[str], object], outbox: str) -> None:
        self._say = say
        self._outbox = outbox
        self._waiting: list[SentAlert] = []
        self._lock = threading.Lock()

    def __call__(self, alert: SentAlert) -> None:
        with self._lock:
            self._waiting.append(alert)
            if len(self._waiting) == 1:
                timer = threading.Timer(WINDOW, self.announce)
                timer.daemon = True
                timer.start()

    def announce(self) -> None:
        with self._lock:
            alerts, self._waiting = self._waiting, []
        if len(alerts) <= MOST_SINGLY:
            for alert in alerts:
                self._say(_line(alert))
            return
        tiers = Counter(alert.tier or alert.kind for alert in alerts)
        counts = ", ".join(f"{count} {tier}" for tier, count in tiers.most_common())
        self._say(f"alerts {alerts[-1].sent_at[11:19]} UTC  {len(alerts)} at once ({counts}): {self._outbox}")


def _line(alert: SentAlert) -> str:
    colour = COLOURS.get(alert.tier, "default")
    text = " ".join(alert.body.splitlines())
    return f"[{colour}]alert[/] {alert.sent_at[11:19]} UTC  {alert.kind} for {alert.audience}: {text}"
