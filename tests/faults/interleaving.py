"""Runs concurrent tasks in every order of their calls to table, topic and spool.

A schedule says which task makes each call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from shared.domain.errors import LeadChanged, LeadIntakeError, StoreUnavailable
from shared.domain.intake.submission import Submission
from shared.domain.leads.action import Action
from shared.domain.leads.alert import Alert, Summary
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import Arrival, Lead, reference_of
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.rota import DutyBoard, Rota
from shared.domain.leads.staff import Staff
from shared.usecases.alerting import Alerting, alert_staff, escalate_leads
from shared.usecases.capture import Intake, capture_lead
from shared.usecases.inbox import Workspace, work_lead
from shared.usecases.replaying import Replay, replay_submissions
from tests.functions.calls import LEAD_ID, URGENT, Json, submission
from tests.leads import HOURS, PERSON_KEY, RULEBOOK, NoAccessLog

T = TypeVar("T")
AT = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)
NURSES = {name: Staff(name, name, frozenset({"clinician"})) for name in ("ann", "ben", "cat")}
WAIT = 120


class Abandoned(BaseException):
    """Ends a task whose schedule has reached an earlier schedule's state."""


class Turns:
    """Lets one task run at a time, until its next call."""

    def __init__(self, tasks: Sequence[Callable[[], None]]) -> None:
        self._moved = threading.Semaphore(0)
        self._go = [threading.Semaphore(0) for _ in tasks]
        self._done = [False] * len(tasks)
        self._abandoned = False
        self.seen: list[list[str]] = [[] for _ in tasks]
        self.errors: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._run, args=(number, task), daemon=True) for number, task in enumerate(tasks)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
            self._moved.acquire(timeout=WAIT)

    def waiting(self) -> list[int]:
        return [number for number, done in enumerate(self._done) if not done]

    def give(self, number: int) -> None:
        self._go[number].release()
        if not self._moved.acquire(timeout=WAIT):
            raise TimeoutError("a task did not come back")

    def abandon(self) -> None:
        self._abandoned = True
        for number in self.waiting():
            self.give(number)

    def point(self) -> None:
        number = self._threads.index(threading.current_thread())
        self._moved.release()
        self._go[number].acquire(timeout=WAIT)
        if self._abandoned:
            raise Abandoned

    def answered(self, what: object) -> None:
        self.seen[self._threads.index(threading.current_thread())].append(repr(what))

    def _run(self, number: int, task: Callable[[], None]) -> None:
        try:
            task()
        except Abandoned:
            pass
        except BaseException as error:  # noqa: BLE001  raised again by `meetings`
            self.errors.append(error)
        self._done[number] = True
        self._moved.release()


@dataclass
class Meeting:
    """The state that concurrent tasks share. `turns` is None while only one task runs."""

    leads: dict[UUID, Lead] = field(default_factory=dict)
    alerts: list[tuple[str, int]] = field(default_factory=list)
    spooled: list[Lead] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    table_is_away: bool = False
    at: datetime = AT
    turns: Turns | None = None
    version: int = 1  # the version of the lead that staff opened
    board: DutyBoard = field(default_factory=lambda: DutyBoard(Rota()))
    alerted_alone: list[str] = field(default_factory=list)

    def call(self, effect: Callable[[], T]) -> T:
        if self.turns is None:
            return effect()
        self.turns.point()
        try:
            answer = effect()
        except LeadIntakeError as error:
            self.turns.answered(type(error).__name__)
            raise
        self.turns.answered(answer)
        return answer

    def state(self) -> str:
        content = [lead.model_dump_json() for lead in self.leads.values()]
        return repr(
            (
                content,
                self.alerts,
                self.alerted_alone,
                self.board,
                len(self.spooled),
                self.turns.seen if self.turns else None,
            )
        )

    def add(self, lead: Lead) -> Lead | None:
        if self.table_is_away:
            raise StoreUnavailable

        def effect() -> Lead | None:
            earlier = self.leads.setdefault(lead.lead_id, lead)
            return None if earlier is lead else earlier

        return self.call(effect)

    def get(self, lead_id: UUID) -> Lead | None:
        return self.call(lambda: self.leads.get(lead_id))

    def with_rota(self, lead_id: UUID) -> tuple[Lead | None, DutyBoard]:
        return self.call(lambda: (self.leads.get(lead_id), self.board))

    def kept(self, lead_id: UUID) -> Lead | None:
        return self.get(lead_id)

    def replace(self, before: Lead, after: Lead) -> None:
        def effect() -> None:
            if self.leads[before.lead_id].version != before.version:
                raise LeadChanged
            self.leads[before.lead_id] = after

        self.call(effect)

    def due(self, at: datetime) -> list[UUID]:
        return self.call(
            lambda: [
                found.lead_id
                for found in self.leads.values()
                if found.escalation.next_at and found.escalation.next_at <= at
            ]
        )

    def id_of(self, reference: str) -> UUID | None:
        return next((lead_id for lead_id in self.leads if reference_of(lead_id) == reference), None)

    def of_person(self, _phone_key: str, _email_key: str) -> tuple[tuple[UUID, LeadSummary], ...]:
        return ()

    def of_number(self, _phone_key: str) -> tuple[tuple[UUID, LeadSummary], ...]:
        return ()

    def names(self, _lead_ids: Sequence[UUID]) -> dict[UUID, str]:
        return {}

    def publish(self, alert: Alert | Summary) -> None:
        assert isinstance(alert, Alert), "a sweep of so few leads sends no summary"

        def effect() -> None:
            self.alerts.append((alert.reference, alert.level))
            self.alerted_alone += [alert.on_call] if alert.on_call else []

        self.call(effect)

    def put(self, lead: Lead) -> None:
        self.call(lambda: self.spooled.append(lead))

    def save_rota(self, board: DutyBoard) -> None:
        def effect() -> None:
            self.board = board

        self.call(effect)

    def submit(self, answers: Json | None = None, *, complete: bool = True) -> None:
        sent = Submission.model_validate(submission(answers or URGENT, submission_id=LEAD_ID, complete=complete))
        intake = Intake(RULEBOOK, self, self, lambda: self.at, HOURS, PERSON_KEY)
        try:
            captured = capture_lead(sent, Arrival(self.at, Visit("203.0.113.10", "Agent"), frozenset()), intake)
        except LeadIntakeError as error:
            self.answers.append(type(error).__name__)
        else:
            self.answers.append("spooled" if captured.spooled else "created" if captured.created else "known")

    def alert(self) -> None:
        alert_staff(UUID(LEAD_ID), self._alerting(), self.at)

    def submit_and_alert(self) -> None:
        self.submit()
        self.alert()

    def sweep(self) -> None:
        swept = escalate_leads(self._alerting(), lambda: self.at, self.at.replace(year=9999))
        assert not swept.failed, swept.failed

    def replay(self) -> None:
        for lead in list(self.spooled):
            replay_submissions(lead.model_dump_json(), Replay(self, RULEBOOK, _NothingSetAside(), HOURS), self.at)

    def acknowledge(self, who: str) -> None:
        self.act(who, action="acknowledge")

    def act(self, who: str, **fields: object) -> None:
        action = Action.model_validate({"version": 1, **fields})
        workspace = Workspace(self, RULEBOOK, NoAccessLog(), HOURS)
        try:
            work_lead(reference_of(UUID(LEAD_ID)), action, NURSES[who], workspace, self.at, _Colleagues())
        except LeadIntakeError as error:
            self.answers.append(type(error).__name__)
        else:
            self.answers.append(who)

    def _alerting(self) -> Alerting:
        return Alerting(self, RULEBOOK, self, HOURS, "https://staff.clinic.example/")


def meetings(prepare: Callable[[Meeting], None], tasks: Sequence[Callable[[Meeting], None]]) -> Iterator[Meeting]:
    """Runs `prepare` and then the tasks for every schedule. Yields the final states.

    Raises:
        BaseException: the error that a task raised
    """
    seen: set[str] = set()
    schedules: list[tuple[int, ...]] = [()]
    while schedules:
        schedule = schedules.pop()
        meeting = Meeting()
        prepare(meeting)
        turns = meeting.turns = Turns([partial(task, meeting) for task in tasks])
        turns.start()
        taken: list[int] = []
        while waiting := turns.waiting():
            if len(taken) < len(schedule):
                turn = schedule[len(taken)]
            else:
                state = meeting.state()
                if state in seen:
                    turns.abandon()
                    break
                seen.add(state)
                turn, *others = waiting
                schedules += [(*taken, other) for other in others]
            turns.give(turn)
            taken.append(turn)
        if turns.errors:
            raise turns.errors[0]
        if not waiting:
            meeting.turns = None
            yield meeting


class _NothingSetAside:
    def put_back(self, _entry: str) -> None:
        raise AssertionError("a readable entry was set aside")


class _Colleagues:
    def who_work(self) -> tuple[Staff, ...]:
        return tuple(NURSES.values())
