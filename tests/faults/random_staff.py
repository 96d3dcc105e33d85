from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.domain.errors import AlreadyTaken, LeadIntakeError, StoreUnavailable, WrongState
from shared.domain.leads.action import Action
from shared.domain.leads.alert import Alert
from shared.domain.leads.rota import EVERYONE, DutyBoard, Rota, to_alert
from shared.domain.leads.staff import Staff
from shared.usecases.inbox import Workspace, work_lead
from shared.usecases.ports import LeadsByReference
from tests.faults.faulty_ports import NURSES, Nurses
from tests.faults.promises import HOURS, MOMENT
from tests.faults.random_faults import MINUTE, Killed, Run, Unreadable, Weather
from tests.leads import always

HABITS = ("calls", "calls", "forgets", "closes", "gives back", "hands over")
MORE_HABITS = (*HABITS, "books", "promises a time", "is relieved")


class Clinic(Run):
    workspace: Workspace[LeadsByReference]

    def __init__(self, seed: int, visits: int, weather: Weather) -> None:
        super().__init__(seed, visits, weather)
        self._staff = random.Random(f"{seed}/staff")  # a separate generator keeps the other draws the same
        self._managers = random.Random(f"{seed}/rota")
        self._boards: list[tuple[datetime, DutyBoard]] = [(self.now, DutyBoard(Rota()))]
        self._rota_faults: list[datetime] = []

    def _change_rota(self) -> None:
        """Saves a random rota with nobody on call, or with a nurse."""
        names = [nurse.name for nurse in NURSES]
        on_call, reachable = self._managers.choice([*names, ""]), self._managers.choice((names, names, names[:1]))
        board = always(on_call, *reachable, at=self.now) if on_call else DutyBoard(Rota())
        self._boards.append((self.now, board))

    def rota(self) -> DutyBoard:
        if self.is_down("table") or self._managers.random() < self.weather.fault_rate:
            self.rota_unread()
            raise StoreUnavailable
        return self._boards[-1][1]

    def rota_unread(self) -> None:
        self._rota_faults.append(self.now)

    def _check_on_call(self, alert: Alert) -> None:
        """Checks that an alert to clinicians went to whoever is on call.

        Clocks may differ, so any rota of the last minute counts.
        """
        if not alert.on_call:
            return
        self.counts["alerted alone" if alert.on_call != EVERYONE else "alerted all"] += 1
        since = self.now - MINUTE
        recent = [at for at, _ in self._boards if since <= at <= self.now]
        right = {to_alert(self._board_at(at), at, HOURS) for at in (since, *recent, self.now, self.now + MOMENT)}
        if alert.on_call not in right and not (
            alert.on_call == EVERYONE and any(at >= since for at in self._rota_faults)
        ):
            self.broken("I12", UUID(alert.lead_id), "alerted clinicians other than who is on call")

    def _board_at(self, at: datetime) -> DutyBoard:
        return next((board for since, board in reversed(self._boards) if since <= at), DutyBoard(Rota()))

    def _acknowledge(self, lead_id: UUID, nurse: Staff, retries: int) -> None:
        lead = self.table.leads[lead_id]
        action = Action(action="acknowledge", version=lead.version)
        try:
            work_lead(lead.reference, action, nurse, self.workspace, self.draw_clock(), Nurses())
        except (StoreUnavailable, Killed):
            if retries:
                self.after(10, lambda: self._acknowledge(lead_id, nurse, retries - 1))
        except Unreadable:
            pass
        except LeadIntakeError as error:
            done = isinstance(error, WrongState) and self.table.leads[lead_id].work.is_done
            taken = isinstance(error, AlreadyTaken) and self.table.leads[lead_id].work.owner != nurse.id
            if not (done or taken):
                self.broken("I8", lead_id, f"acknowledging twice is {type(error).__name__}")
        self.note("acknowledged", lead_id, self.table.leads[lead_id].work.owner)
        self.after(self._staff.expovariate(1 / 1200), lambda: self._work(lead_id, self._staff.choice(self._habits)))

    @property
    def _habits(self) -> Sequence[str]:
        return MORE_HABITS if self.weather.every_door else HABITS

    def _work(self, lead_id: UUID, habit: str) -> None:
        lead = self.table.leads[lead_id]
        owner = next((nurse for nurse in NURSES if nurse.id == lead.work.owner), None)
        if owner is None or habit == "forgets" or lead_id in self.poisoned:
            return
        colleague = next(nurse for nurse in NURSES if nurse != owner)
        soon = self.now + timedelta(minutes=20)
        every: dict[str, dict[str, Any]] = {
            "books": {"action": "book", "booking": {"at": self.now + timedelta(days=3)}, "text": "A reason."},
            "promises a time": {"action": "contact_attempt", "outcome": "call_at", "again_at": soon},
            "is relieved": {"action": "take_over"},
            "calls": {"action": "contact_attempt", "outcome": self._staff.choice(("no_answer", "reached"))},
            "closes": {"action": "close", "reason": "declined", "text": "A reason."},
            "gives back": {"action": "reopen"},
            "hands over": {"action": "hand_over", "to": colleague.name},
        }
        actor = colleague if habit == "is relieved" else owner
        action = Action.model_validate({"version": lead.version, **every[habit]})
        try:
            work_lead(lead.reference, action, actor, self.workspace, self.clock(), Nurses())
        except (StoreUnavailable, Killed, LeadIntakeError):
            return
        self.counts[habit] += 1
        if habit in ("calls", "hands over", "promises a time", "is relieved"):
            self.after(self._staff.expovariate(1 / 1200), lambda: self._work(lead_id, self._staff.choice(self._habits)))
