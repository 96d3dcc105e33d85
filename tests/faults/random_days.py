"""Simulates days of the clinic with random faults: the real use cases on a virtual clock, all drawn from one seed.

Visitors send forms, send twice, leave forms unfinished and come back, try again or give up. Calls fail before or after
they take effect. Functions are killed. Table, spool, topic and scheduler fail for minutes. Clocks differ. Stored leads
become unreadable. Staff acknowledge leads, some of them twice, and call, hand over or forget to. In one kind of
weather, people also ask to be called, answer more after Send and take their consent back, and staff book. The same
seed gives the same trace.

"""

from __future__ import annotations

import hashlib
import heapq
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count, pairwise
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID

from shared.adapters.sns import STREAM_PACE, SWEEP_PACE, Pace
from shared.domain.errors import (
    AlreadyTaken,
    InvalidInput,
    LeadChanged,
    LeadIntakeError,
    NotFound,
    StoreUnavailable,
    WrongState,
)
from shared.domain.intake.added_answers import AddedAnswers
from shared.domain.intake.submission import Consents, Submission
from shared.domain.intake.suspicion import Sign
from shared.domain.leads import lead_view
from shared.domain.leads.action import Action
from shared.domain.leads.addition import is_known
from shared.domain.leads.alert import Alert, Summary
from shared.domain.leads.consent import Visit
from shared.domain.leads.history import RELEASED, RETURNED, WITHDRAWN
from shared.domain.leads.lead import RETURN_WITHIN, Arrival, Lead, reference_of
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.next_action import next_action
from shared.domain.leads.overdue import REMINDER
from shared.domain.leads.person_keys import SAME_PERSON
from shared.domain.leads.rota import EVERYONE, DutyBoard, Rota, to_alert
from shared.domain.leads.staff import Staff
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.condition import CALLBACK, FORM, Condition, options_of
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import RuleSet, TriageResult
from shared.rulebook.loading import load
from shared.usecases import capture
from shared.usecases.additions import add_answers
from shared.usecases.alerting import Alerting, alert_staff, escalate_leads
from shared.usecases.callbacks import capture_callback
from shared.usecases.capture import Intake, capture_lead
from shared.usecases.inbox import Workspace, work_lead
from shared.usecases.replaying import Replay, replay_submissions
from shared.usecases.scoring import score
from tests.domain.answer_sets import HEALTHY
from tests.faults.mail_limit import first_breach
from tests.leads import RotaInMemory, always, varied

T = TypeVar("T")

RULEBOOK = load()
HOURS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago", "2026-11-26,2026-12-25")
YEAR_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BETWEEN_VISITS = 10  # seconds on average: about 50 times the traffic of a busy clinic
SWEEP_STOPS = 30 * SECOND  # the same limit as in functions/escalate_leads.py
ALERTED_WITHIN = 2 * MINUTE  # counted from when the lead was received or the fault ended
ESCALATED_WITHIN = MINUTE + SWEEP_STOPS  # counted from when the level was due
MOMENT = 2 * SECOND  # the most that two clocks may differ
TAIL = timedelta(minutes=75)  # time simulated after the last visit: the longest ladder in clock time takes 60 minutes
ATTEMPTS = 2  # attempts of each call, as in shared/adapters/aws.py
TIMEOUT = 1.5  # seconds
CALL_TAKES = 0.02  # seconds
RETRIES = (5, 10, 20, 60, 120, 300, 600)  # seconds between the attempts of a page that keeps trying
STREAM_RETRIES = 5
INVISIBLE = 90  # seconds until the spool delivers an entry again, as in the template
VISIT = Visit("203.0.113.10", "Agent")
ANSWERS: tuple[dict[str, Any], ...] = (
    HEALTHY,
    HEALTHY | {"sys": ["fever"], "change": "yes"},  # URGENT
    HEALTHY | {"em-now": ["chest-pressure"]},  # EMERGENCY
    HEALTHY | {"ces": ["saddle-numb"], "ces-onset": "lt2w"},  # EMERGENCY
    HEALTHY | {"dx": ["foraminal-stenosis"], "imaging": "mri-ct", "tx": ["pt"], "duration": "gt6m"},  # PRIORITY
    HEALTHY | {"region": ["other"]},  # NOT_A_FIT
    {},  # URGENT: nothing was answered
    {code: HEALTHY[code] for code in ("age", "who", "region")},  # URGENT: safety questions are missing
    HEALTHY | {"age": 16, "who": "guardian"},  # a minor, whose data is not stored
)
SHARDS = 4  # shards of a new table's stream; each has one run of alert_staff at a time
CALLS = (2, 6)  # contents of requests to be called: a red flag, and no answers
ADDED = AddedAnswers.model_validate(
    {"questionnaire": {"id": "fs-intake", "version": "2.0.0"}, "answers": {"fn": "lot", "dx": ["scoliosis"]}}
)
UNFINISHED = -1  # stands for an unfinished form without answers; ~content is an unfinished form with these answers
SIGNS = (frozenset({Sign.GOOD_PROOF}), frozenset({Sign.NO_PROOF, Sign.NO_TOKEN}))
TIMEOUTS, LOST_REPLIES = ("timeout before", "timeout after"), ("timeout after", "reset after")
FAULTS = ("throttled", "denied", "timeout before", "timeout after", "reset after", "killed before", "killed after")
HABITS = ("calls", "calls", "forgets", "closes", "gives back", "hands over")
MORE_HABITS = (*HABITS, "books", "promises a time", "is relieved")
NURSES = tuple(Staff(name, name, frozenset({"clinician"})) for name in ("ann", "ben"))


class Killed(BaseException):
    """Signals that the function's machine has died. It is not an Exception, so that the function cannot catch it."""


class TopicUnavailable(Exception):
    """Signals that the topic did not accept an alert."""


class Unreadable(ValueError):
    """Signals that a stored lead cannot be read, as pydantic does."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Settings that decide which faults occur.

    alerts_a_level: the most alerts for each alerted level, on average (R9)
    fault_rate: share of the attempts of each call that fail
    outages: whether table, spool, topic and scheduler fail for minutes
    stream: whether the table has a stream
    poison: share of the leads that become unreadable
    every_door: whether people also ask to be called, answer more after Send and take their consent back, and staff
        book, promise a time and take over. Only then does each person have a number of their own.

    """

    name: str
    alerts_a_level: float
    fault_rate: float = 0.0
    outages: bool = False
    stream: bool = True
    poison: float = 0.0
    every_door: bool = False


CALM = Weather("no faults", 1.0)
SOME = Weather("1% faults", 1.2, 0.01)
STORMY = Weather("5% faults and outages", 2.0, 0.05, outages=True)
SWEEP_ALONE = Weather("1% faults, no stream", 1.2, 0.01, stream=False)
POISON = Weather("1% faults, 1% poison", 1.2, 0.01, poison=0.01)
OUTAGES = Weather("outages, no stream", 1.2, outages=True, stream=False)
EVERY_DOOR = Weather(
    "1% faults, 1% poison and outages, every door", 2.0, 0.01, outages=True, poison=0.01, every_door=True
)
WEATHERS = (CALM, SOME, STORMY, SWEEP_ALONE, POISON, OUTAGES, EVERY_DOOR)


class Table:
    """A table of leads in memory. `due` returns red flags first, and among equals the longest overdue first."""

    def __init__(self) -> None:
        self.leads: dict[UUID, Lead] = {}
        self._schedule: dict[bool, list[tuple[datetime, UUID]]] = {True: [], False: []}

    def put(self, lead: Lead) -> None:
        self.leads[lead.lead_id] = lead
        if lead.escalation.next_at is not None:
            heapq.heappush(self._schedule[lead.assessment.red_flag], (lead.escalation.next_at, lead.lead_id))

    def due(self, at: datetime) -> list[UUID]:
        return [*self._due(at, True), *self._due(at, False)]

    def _due(self, at: datetime, red_flag: bool) -> list[UUID]:
        schedule, found = self._schedule[red_flag], dict[tuple[datetime, UUID], None]()
        while schedule and schedule[0][0] <= at:
            entry = heapq.heappop(schedule)
            lead = self.leads[entry[1]]
            if lead.escalation.next_at == entry[0] and lead.assessment.red_flag == red_flag:
                found[entry] = None
        for entry in found:  # these leads are still due until they are written again
            heapq.heappush(schedule, entry)
        return [lead_id for _, lead_id in found]


class Days:
    """One simulated run. `violations`: broken promises, as sentences. `trace`: a hash of everything that happened."""

    def __init__(self, seed: int, visits: int, weather: Weather) -> None:
        self.weather = weather
        self.name = f"{weather.name}, {visits} visits, seed {seed}"
        self.chance = random.Random(f"{seed}/{weather.name}")
        self.table = Table()
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self.delays: dict[int, int] = {}  # seconds until the first alert -> number of leads
        self.now = YEAR_BEGINS + self.chance.randrange(365 * 24 * 60) * MINUTE
        self._trace = hashlib.sha256()
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._outages: list[tuple[str, datetime, datetime]] = []
        # for each alert: time, level, start of the ladder
        self._alerts: dict[UUID, list[tuple[datetime, int, datetime]]] = {}
        # for each reminder: time, level 0, when it was due
        self._reminders: dict[UUID, list[tuple[datetime, int, datetime]]] = {}
        self._staff = random.Random(f"{seed}/staff")  # separate, so that the actions of staff do not change other draws
        self._managers = random.Random(f"{seed}/rota")  # separate as well
        self._callers = random.Random(f"{seed}/doors")  # and these
        self._of_number: dict[str, list[UUID]] = {}  # phone key -> leads
        # each rota, and since when it is in force
        self._boards: list[tuple[datetime, DutyBoard]] = [(self.now, DutyBoard(Rota()))]
        self._rota_faults: list[datetime] = []
        self._hits: dict[UUID, list[datetime]] = {}
        self._sweeps_broken: list[datetime] = []
        self._poisoned: set[UUID] = set()
        self._waiting: Counter[UUID] = Counter()  # number of entries that wait in the spool
        self._spooled: set[UUID] = set()  # leads that have ever been in the spool
        self._skew = timedelta()
        self._could_not_alert: set[UUID] = set()
        self._by_reference: dict[str, UUID] = {}
        leads = _Leads(self)
        self._intake = Intake(RULEBOOK, leads, _Spool(self), self._clock, HOURS, "a key of tests only")
        self.mails: list[datetime] = []  # times of mails to AlertEmail, which gets every mail
        link = "https://staff.clinic.example/inbox#lead="
        rota = _Rota(self)
        self._sweeping = Alerting(leads, RULEBOOK, _Topic(self, SWEEP_PACE), HOURS, link, rota)
        self._streaming = [
            Alerting(leads, RULEBOOK, _Topic(self, STREAM_PACE), HOURS, link, rota) for _ in range(SHARDS)
        ]
        self._replay = Replay(leads, RULEBOOK, _SetAside(self), HOURS)
        # The stand-ins for table and access log have only the methods that the use case calls.
        self._practice = Workspace(leads, RULEBOOK, _AccessLog(), HOURS)  # type: ignore[arg-type]
        self._plan(visits)

    def run(self) -> Days:
        with patch.object(capture, "score", _scored), patch.object(lead_view, "options_of", _options):
            while self._events:
                self.now, _, do = heapq.heappop(self._events)
                do()
        self._check()
        return self

    @property
    def trace(self) -> str:
        return self._trace.hexdigest()

    # ---- events

    def _plan(self, visits: int) -> None:
        begins = at = self.now
        for _ in range(visits):
            at += self.chance.expovariate(1 / BETWEEN_VISITS) * SECOND
            self._at(at, self._visit)
        self._ends = at + TAIL
        sweep = begins + self.chance.random() * MINUTE
        while sweep <= self._ends:
            self._at(sweep, self._sweep)
            sweep += MINUTE
        change = begins
        while (change := change + self._managers.expovariate(1 / 10) * MINUTE) < self._ends:
            self._at(change, self._change_rota)
        if self.weather.outages:
            when = begins
            while (when := when + self.chance.expovariate(1 / 40) * MINUTE) < at:
                what = self.chance.choice(("table", "table", "table and spool", "topic", "scheduler"))
                self._outages.append((what, when, when + self.chance.uniform(0.5, 15) * MINUTE))

    def _at(self, at: datetime, do: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), do))

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        self._at(self.now + seconds * SECOND, do)

    def _visit(self) -> None:
        chance = self.chance
        content = chance.randrange(len(ANSWERS))
        lead_id = UUID(int=chance.getrandbits(128), version=4)
        if self.weather.every_door and self._callers.random() < 0.3:
            self._visit_another_door(lead_id, content)
            return
        signs, keeps_trying = chance.choice(SIGNS), chance.random() < 0.8
        retries = RETRIES if keeps_trying else ()
        self.counts["visits"] += 1
        if chance.random() < 0.1:
            self._send(_form(chance.choice((UNFINISHED, ~content)), lead_id), signs, retries)
            if chance.random() < 0.7:
                self._after(chance.uniform(5, 1200), lambda: self._send(_form(content, lead_id), signs, retries))
            return
        submission = _form(content, lead_id)
        if chance.random() < 0.1:  # the visitor double-clicks
            self._after(chance.random(), lambda: self._send(submission, signs, ()))
        self._send(submission, signs, retries)

    def _visit_another_door(self, lead_id: UUID, content: int) -> None:
        """Lets a person send a form and then ask for a call, answer more or take the consent back; or only ask."""
        chance = self._callers
        what, later, signs = (
            chance.choice(("asks", "sends, asks", "adds", "takes back")),
            chance.expovariate(1 / 1200),
            chance.choice(SIGNS),
        )
        asks, own_number = chance.choice(CALLS), _number(lead_id)
        self.counts["visits"] += 1
        if what == "asks":
            shared_number = _number(UUID(int=chance.randrange(50)))
            self._send(_form(asks, lead_id, shared_number), signs, RETRIES, CALLBACK)
            return
        whole = _form(content, lead_id, own_number)
        sent = _form(~content, lead_id, own_number) if what == "takes back" and chance.random() < 0.8 else whole
        self._send(sent, signs, RETRIES)
        if what == "sends, asks":
            request = _form(asks, UUID(int=chance.getrandbits(128), version=4), own_number)
            self._after(later, lambda: self._send(request, signs, RETRIES, CALLBACK))
        elif what == "adds":
            self._after(later, lambda: self._add_answers(lead_id, RETRIES))
        else:
            self._after(later, lambda: self._take_back(sent, RETRIES))
            if chance.random() < 0.3:
                self._after(2 * later, lambda: self._send(whole, signs, RETRIES))

    def _add_answers(self, lead_id: UUID, retries: tuple[int, ...]) -> None:
        try:
            lead = add_answers(lead_id, ADDED, self._intake, self._draw_clock())
        except NotFound:  # a minor, or the form never arrived
            return
        except (StoreUnavailable, Unreadable, Killed):
            if retries:
                self._after(retries[0], lambda: self._add_answers(lead_id, retries[1:]))
            return
        self.counts["added"] += 1
        if not is_known(self.table.leads[lead.lead_id], ADDED.answers):
            self._broken("I1", lead_id, "was answered as added, but the lead lacks the answers")

    def _take_back(self, submission: Submission, retries: tuple[int, ...]) -> None:
        """Unticks the consent to contact before Send."""
        unticked = varied(submission, consents=Consents(contact=False), complete=False)
        try:
            captured = capture_lead(unticked, Arrival(self._draw_clock(), VISIT, SIGNS[0]), self._intake)
        except InvalidInput:  # there is no unfinished form with this id
            return
        except (StoreUnavailable, Unreadable, Killed):
            if retries:
                self._after(retries[0], lambda: self._take_back(submission, retries[1:]))
            return
        stored = self.table.leads.get(submission.submission_id)
        if captured.lead is not None or (stored and not stored.submitted.complete and not stored.contact_revoked):
            self._broken("I1", submission.submission_id, "was answered as taken back, but the consent stands")
        self.counts["taken back"] += stored is not None

    def _send(
        self, submission: Submission, signs: frozenset[Sign], retries: tuple[int, ...], source: str = FORM
    ) -> None:
        arrival = Arrival(self._draw_clock(), VISIT, signs, source)
        lead_id = submission.submission_id
        try:
            captured = (capture_callback if source == CALLBACK else capture_lead)(submission, arrival, self._intake)
        except (StoreUnavailable, Unreadable, Killed) as error:  # the page gets a 503 for each of these
            if isinstance(error, Unreadable) and lead_id not in self._poisoned:
                self._broken("I9", lead_id, "was refused, because another lead is unreadable")
            self._send_again(submission, signs, retries, source)
            return
        except LeadIntakeError as error:
            self._broken("I2", lead_id, f"the visitor's own submission was answered {type(error).__name__}")
            return
        self._note("reply", lead_id, captured.created)
        stored = self.table.leads.get(lead_id)
        if captured.request is not None and captured.lead is not None:
            self.counts["joined"] += captured.joined
            stored = self.table.leads[captured.lead.lead_id]
            if all(sent.reference != reference_of(lead_id) for sent in stored.earlier):
                self._broken("I1", lead_id, "was answered as joined, but no lead has the request")
        if captured.lead is not None and stored is None and not self._waiting[lead_id]:
            self._broken("I1", lead_id, "was answered 2xx, but is neither stored nor spooled")
        if captured.receipt.reference not in (None, reference_of(lead_id)):
            self._broken("I2", lead_id, "was answered with another lead's reference")
        if self.chance.random() < self.weather.fault_rate:  # the answer is lost on its way to the page
            self._send_again(submission, signs, retries, source)

    def _send_again(
        self, submission: Submission, signs: frozenset[Sign], retries: tuple[int, ...], source: str
    ) -> None:
        if retries:
            self._after(retries[0], lambda: self._send(submission, signs, retries[1:], source))

    def _stream(self, lead_id: UUID, retries: int) -> None:
        at = self._draw_clock()
        try:
            alert_staff(lead_id, self._streaming[lead_id.int % SHARDS], at)
        # After any error Lambda retries the record, and in the end sends it to the failure queue.
        except (Exception, Killed):  # noqa: BLE001
            if retries:
                self._after(2 ** (STREAM_RETRIES - retries), lambda: self._stream(lead_id, retries - 1))

    def _sweep(self) -> None:
        began, skew = self.now, self._draw_clock() - self.now
        if self._is_down("scheduler"):
            return
        try:
            swept = escalate_leads(self._sweeping, lambda: self.now + skew, began + skew + SWEEP_STOPS)
        except (StoreUnavailable, Killed):
            self._sweeps_broken.append(self.now)
            return
        if self.now - began >= SWEEP_STOPS:
            self._sweeps_broken.append(self.now)
        self._could_not_alert.update(lead_id for lead_id, _ in swept.failed)

    def _change_rota(self) -> None:
        """Saves another rota: with somebody on call, whose subscription is confirmed or not, or with a gap.
        Subscriptions are not checked again."""
        names = [nurse.name for nurse in NURSES]
        on_call, reachable = self._managers.choice([*names, ""]), self._managers.choice((names, names, names[:1]))
        board = always(on_call, *reachable, at=self.now) if on_call else DutyBoard(Rota())
        self._boards.append((self.now, board))

    def rota(self) -> DutyBoard:
        if self._is_down("table") or self._managers.random() < self.weather.fault_rate:
            self._rota_faults.append(self.now)
            raise StoreUnavailable
        return self._boards[-1][1]

    def _check_on_call(self, alert: Alert) -> None:
        """Checks that an alert to clinicians went to somebody who was on call within the last minute, since clocks
        differ.

        If the rota could not be read, the alert went to everyone.
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
            self._broken("I12", UUID(alert.lead_id), "alerted clinicians other than who is on call")

    def _board_at(self, at: datetime) -> DutyBoard:
        return next((board for since, board in reversed(self._boards) if since <= at), DutyBoard(Rota()))

    def _acknowledge(self, lead_id: UUID, nurse: Staff, retries: int) -> None:
        lead = self.table.leads[lead_id]
        action = Action(action="acknowledge", version=lead.version)
        try:
            work_lead(lead.reference, action, nurse, self._practice, self._draw_clock(), _Colleagues())
        except (StoreUnavailable, Killed):
            if retries:
                self._after(10, lambda: self._acknowledge(lead_id, nurse, retries - 1))
        except Unreadable:
            pass
        except LeadIntakeError as error:
            done = isinstance(error, WrongState) and self.table.leads[lead_id].work.is_done
            taken = isinstance(error, AlreadyTaken) and self.table.leads[lead_id].work.owner != nurse.id
            if not (done or taken):
                self._broken("I8", lead_id, f"acknowledging twice is {type(error).__name__}")
        self._note("acknowledged", lead_id, self.table.leads[lead_id].work.owner)
        self._after(self._staff.expovariate(1 / 1200), lambda: self._work(lead_id, self._staff.choice(self._habits)))

    @property
    def _habits(self) -> Sequence[str]:
        return MORE_HABITS if self.weather.every_door else HABITS

    def _work(self, lead_id: UUID, habit: str) -> None:
        """Lets the owner do something about a lead, or forget it."""
        lead = self.table.leads[lead_id]
        owner = next((nurse for nurse in NURSES if nurse.id == lead.work.owner), None)
        if owner is None or habit == "forgets" or lead_id in self._poisoned:
            return
        colleague = next(nurse for nurse in NURSES if nurse != owner)
        soon = self.now + timedelta(minutes=20)
        every: dict[str, dict[str, Any]] = {
            "books": {"action": "book", "booking": {"at": self.now + timedelta(days=3)}},
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
            work_lead(lead.reference, action, actor, self._practice, self._clock(), _Colleagues())
        except (StoreUnavailable, Killed, LeadIntakeError):
            return
        self.counts[habit] += 1
        if habit in ("calls", "hands over", "promises a time", "is relieved"):
            self._after(
                self._staff.expovariate(1 / 1200), lambda: self._work(lead_id, self._staff.choice(self._habits))
            )

    # ---- calls

    def carry(
        self,
        service: str,
        lead_id: UUID | None,
        effect: Callable[[], T],
        unavailable: type[Exception],
        attempts: int = ATTEMPTS,
    ) -> T:
        """Makes a call as the SDK does: each attempt may fail before or after it has taken effect."""
        for _ in range(attempts):
            fault = self._fault(service)
            if fault is None:
                self.now += CALL_TAKES * SECOND
                return effect()
            if lead_id is not None:
                self._hits.setdefault(lead_id, []).append(self.now)
            self.counts["faults"] += 1
            if fault in LOST_REPLIES or fault == "killed after":
                effect()
            self.now += (TIMEOUT if fault in TIMEOUTS else CALL_TAKES) * SECOND
            if fault.startswith("killed"):
                raise Killed
            if fault == "denied":  # the SDK does not retry a refused call
                break
        raise unavailable

    def _fault(self, service: str) -> str | None:
        if self._is_down(service):
            return "timeout before"
        if self.weather.fault_rate and self.chance.random() < self.weather.fault_rate:
            return self.chance.choice(FAULTS)
        return None

    def _is_down(self, what: str) -> bool:
        return any(what in name and begins <= self.now < ends for name, begins, ends in self._outages)

    def _draw_clock(self) -> datetime:
        """Returns the time on the clock of a function that starts, which is up to a second off."""
        self._skew = self.chance.uniform(-0.99, 0.99) * SECOND
        return self._clock()

    def _clock(self) -> datetime:
        return self.now + self._skew

    def spooled(self, lead: Lead, entry: str) -> None:
        self.counts["spooled"] += 1
        self._waiting[lead.lead_id] += 1
        self._spooled.add(lead.lead_id)
        self._after(self.chance.random(), lambda: self._deliver(lead.lead_id, entry))
        if self.chance.random() < 0.05:  # the stream delivers a record at least once, so sometimes twice
            self._waiting[lead.lead_id] += 1
            self._after(self.chance.uniform(0, 300), lambda: self._deliver(lead.lead_id, entry))

    def set_aside(self, lead_id: UUID) -> None:
        self.counts["set aside"] += 1
        if lead_id not in self._poisoned:
            self._broken("I9", lead_id, "was set aside although it is readable")

    def _deliver(self, lead_id: UUID, entry: str) -> None:
        try:
            replay_submissions(entry, self._replay, self._draw_clock())
        except (StoreUnavailable, Killed):
            self._after(INVISIBLE, lambda: self._deliver(lead_id, entry))
        else:
            self._waiting[lead_id] -= 1

    def stored(self, lead: Lead, *, new: bool) -> None:
        if new:
            self.counts["leads"] += 1
            self._by_reference[lead.reference] = lead.lead_id
            self._of_number.setdefault(lead.submitted.phone_key, []).append(lead.lead_id)
            if self.weather.stream:
                # the spool delivers an entry at least once, so sometimes twice
                for _ in range(1 + (self.chance.random() < 0.05)):
                    later = self.chance.expovariate(1.0)
                    self._after(later, lambda: self._stream(lead.lead_id, STREAM_RETRIES))
            if self.chance.random() < self.weather.poison:
                self._after(self.chance.choice((0, 60)), lambda: self._poisoned.add(lead.lead_id))
        self.table.put(lead)

    def read(self, lead_id: UUID) -> Lead | None:
        if lead_id in self._poisoned:
            raise Unreadable
        return self.table.leads.get(lead_id)

    def id_of(self, reference: str) -> UUID | None:
        return self._by_reference.get(reference)

    def of_number(self, phone_key: str) -> list[tuple[UUID, LeadSummary]]:
        """Returns the newest leads of a number, as the index of the table does."""
        newest = list(reversed(self._of_number.get(phone_key, ())))[:SAME_PERSON]
        return [(lead_id, LeadSummary.of(self.table.leads[lead_id])) for lead_id in newest]

    def published(self, notice: Alert | Summary) -> None:
        self.mails += [self.now] if notice.is_mailed else []
        if isinstance(notice, Summary):
            self.counts["summaries"] += 1
        else:
            self._alerted(notice)

    def _alerted(self, alert: Alert) -> None:
        lead_id = UUID(alert.lead_id)
        lead = self.table.leads.get(lead_id)
        self._note("alerted", lead_id, alert.level)
        self._check_on_call(alert)
        if lead is None:
            self._broken("I3", lead_id, "an alert without a stored lead")
            return
        if lead.work.status != ("acknowledged" if alert.level == REMINDER else "new"):
            self._broken("I8", lead_id, f"alert {alert.level} of a lead that is {lead.work.status}")
        if alert.level == REMINDER:
            assert lead.work.next_action is not None
            due = lead.work.next_action.remind_at or self.now
            self._reminders.setdefault(lead_id, []).append((self.now, REMINDER, due))
            return
        before = self._alerts.setdefault(lead_id, [])
        if alert.level == 1 and before and before[-1][2] != lead.escalation.started_at and self._staff.random() < 0.5:
            nurse = self._staff.choice(NURSES)
            self._after(self._staff.expovariate(1 / 600), lambda: self._acknowledge(lead_id, nurse, 5))
        if not before and self.chance.random() < 0.25:
            nurse = self.chance.choice(NURSES)
            self._after(self.chance.expovariate(1 / 1200), lambda: self._acknowledge(lead_id, nurse, 5))
            if self.chance.random() < 0.2:
                self._after(self.chance.expovariate(1 / 1200), lambda: self._acknowledge(lead_id, nurse, 5))
        before.append((self.now, alert.level, lead.escalation.started_at))

    def _note(self, *what: object) -> None:
        self._trace.update(repr((self.now, *what)).encode())

    # ---- checks of the promises

    def _broken(self, invariant: str, lead_id: UUID, what: str) -> None:
        self.violations.append(f"{invariant}: {what} (lead {lead_id}; {self.name})")

    def _check(self) -> None:
        for lead_id in self._spooled - self.table.leads.keys():
            self._broken("I1", lead_id, "was spooled and never stored")
        for lead_id, lead in self.table.leads.items():
            alerts = self._alerts.get(lead_id, [])
            self._check_number(lead_id, [*alerts, *self._reminders.get(lead_id, ())])
            self._check_follow_up(lead)
            self._check_order(lead_id, alerts)
            if lead_id in self._poisoned:
                if not alerts and lead.escalation.alert_due and lead_id not in self._could_not_alert:
                    self._broken("I9", lead_id, "is unreadable, and no operator was alerted")
            elif any(entry.action in (RETURNED, WITHDRAWN) for entry in lead.history):
                if (
                    lead.escalation.alert_due
                    and not alerts
                    and not lead.work.is_done
                    and lead.assessment.received_at + RETURN_WITHIN + ALERTED_WITHIN < self._ends
                ):
                    self._broken("I4", lead_id, "nobody was alerted")
            else:
                self._check_delay(lead, alerts)
        if breach := first_breach(self.mails):
            self.violations.append(f"more than ten e-mails in a second, at {breach:%H:%M:%S} ({self.name})")
        if self.counts["alerts"] > self.weather.alerts_a_level * self.counts["levels alerted"]:
            self.violations.append(
                f"R9: {self.counts['alerts']} alerts for {self.counts['levels alerted']} levels ({self.name})"
            )

    def _check_number(self, lead_id: UUID, alerts: list[tuple[datetime, int, datetime]]) -> None:
        """Checks that a level is alerted again only after a fault hit that lead: a lost reply, or an alert that was not
        recorded."""
        levels: dict[tuple[int, datetime], list[datetime]] = {}
        for at, level, ladder in alerts:
            levels.setdefault((level, ladder), []).append(at)
        self.counts["alerts"] += len(alerts)
        self.counts["levels alerted"] += len(levels)
        self.counts["reminders"] += sum(level == REMINDER for level, _ in levels)
        faults = self._hits.get(lead_id, [])
        for (level, _), times in levels.items():
            for first, second in pairwise(times):
                if not any(first <= fault <= second for fault in faults):
                    self._broken(
                        "I7", lead_id, f"level {level} was alerted again, and no fault hit the lead in between"
                    )

    def _check_follow_up(self, lead: Lead) -> None:
        """Checks that every open lead has a next action, that its owner is reminded, and that an overdue lead loses its
        owner."""
        lead_id, planned = lead.lead_id, next_action(lead)
        if lead.needs_someone and planned is None:
            self._broken("I11", lead_id, "is open without a next action")
        for entry in lead.history:
            if entry.action == RELEASED:
                self.counts["released"] += 1
                if not any(at <= entry.at + MOMENT for at, _, _ in self._reminders.get(lead_id, ())):
                    self._broken("I11", lead_id, "lost its owner, who was not reminded")
        if lead.work.status != "acknowledged" or planned is None or lead_id in self._poisoned:
            return
        reminded = any(due == planned.remind_at for _, _, due in self._reminders.get(lead_id, ()))
        grace = ESCALATED_WITHIN + MOMENT
        last_fault = self._last_fault(lead_id, self._ends)
        if planned.remind_at and not reminded and max(planned.remind_at, last_fault) + grace < self._ends:
            self._broken("I11", lead_id, "its owner was not reminded")
        if planned.returns_at and max(planned.returns_at, last_fault) + 2 * grace < self._ends:
            self._broken("I11", lead_id, "fell asleep with its owner")

    def _check_order(self, lead_id: UUID, alerts: list[tuple[datetime, int, datetime]]) -> None:
        """Checks that consecutive levels belong to one ladder: a new ladder starts at level 1."""
        for (_, before, began), (_, level, ladder) in pairwise(alerts):
            if level > before and ladder != began:
                self._broken("I5", lead_id, f"the ladder of level {level} began later than that of level {before}")

    def _check_delay(self, lead: Lead, alerts: list[tuple[datetime, int, datetime]]) -> None:
        tiers = _tiers(lead)
        by_the_clock = not tiers[lead.tier].marketing  # ladders that count open hours outlast the run
        due = (
            lead.assessment.received_at
            if lead.submitted.complete or lead.assessment.red_flag
            else lead.assessment.received_at + RETURN_WITHIN
        )
        steps = lead.ladder(tiers, HOURS).steps
        restarted = [entry.action for entry in lead.history if entry.action in (RELEASED, "reopen")]
        if restarted:  # only the alerts of the last ladder are checked
            alerts = [alert for alert in alerts if alert[2] == lead.escalation.started_at]
            due = lead.escalation.started_at
            if restarted[-1] != RELEASED:
                due = tiers[lead.tier].follow_up.release.after(due, HOURS)
        for level, step in enumerate(steps if by_the_clock else steps[:1], start=1):
            due = max(due, step.after.after(lead.escalation.started_at, HOURS)) if level > 1 else due
            at = next((at for at, alerted_level, _ in alerts if alerted_level == level), None)
            if at is None and lead.work.acknowledged_at is not None:
                return
            grace = ALERTED_WITHIN
            if level == 1 and lead.lead_id in self._spooled and not self.weather.stream:
                # the spool delivers an entry again after 90 s, and no sweep can see the lead before that
                grace += MINUTE
            without_faults = due + (grace if level == 1 else ESCALATED_WITHIN)
            by = max(without_faults, self._last_fault(lead.lead_id, at or self._ends) + grace) + MOMENT
            if (at or self._ends) > by:
                what = f"{at - by} late" if at else "never"
                self._broken("I4, R8" if level == 1 else "I5, R8", lead.lead_id, f"level {level} was alerted {what}")
            if at is None:
                return
            if level == 1 and not restarted:
                delay = max(0, round((at - due).total_seconds()))
                self.delays[delay] = self.delays.get(delay, 0) + 1
            # The next level is due after this level, which is alerted again first if the alert could not be recorded.
            due = max(due, *(at for at, alerted_level, _ in alerts if alerted_level == level))

    def _last_fault(self, lead_id: UUID, until: datetime) -> datetime:
        """Returns the time of the last fault up to `until` that may have delayed this lead.

        A fault before the level was due counts too: an alert that could not be recorded is sent again first.
        """
        faults = [at for at in (*self._hits.get(lead_id, ()), *self._sweeps_broken) if at <= until]
        faults += [min(ends, until) for _, begins, ends in self._outages if begins <= until]
        return max(faults, default=YEAR_BEGINS)


@cache
def _checked(content: int) -> Submission:
    """Returns a submission as a page sends it, validated only once, because validation is not part of the
    simulation."""
    finished = content >= 0
    return Submission.model_validate(
        {
            "submission_id": UUID(int=0, version=4),
            "questionnaire": {"id": "fs-intake", "version": "2.0.0"},
            "answers": ANSWERS[content] if finished else {} if content == UNFINISHED else ANSWERS[~content],
            "contact": {"phone": "+13125550142"},
            "consents": {"contact": True},
            "complete": finished,
        }
    )


# Scoring is cached: there are few different answers, and no simulated fault changes how they score.
_SCORES: dict[tuple[int, str], TriageResult] = {}
_OPTIONS: dict[int, frozenset[tuple[str, str]]] = {}


def _scored(rule_set: RuleSet, answers: Answers, version: str, *, door: str = FORM) -> TriageResult:
    """Caches scores by the id of the answers object, which `_checked` keeps alive."""
    if (id(answers), door) not in _SCORES:
        _SCORES[id(answers), door] = score(rule_set, answers, version, door=door)
    return _SCORES[id(answers), door]


def _options(condition: Condition) -> frozenset[tuple[str, str]]:
    """Caches options by the id of the condition object, which RULEBOOK keeps alive."""
    if id(condition) not in _OPTIONS:
        _OPTIONS[id(condition)] = options_of(condition)
    return _OPTIONS[id(condition)]


def _form(content: int, lead_id: UUID, number: str = "") -> Submission:
    form = varied(_checked(content), submission_id=lead_id)
    return varied(form, contact=varied(form.contact, phone=number)) if number else form


def _number(lead_id: UUID) -> str:
    """Returns a person's own number."""
    return f"+1{200 + lead_id.int % 700}55501{lead_id.int // 700 % 100:02}"


class _Leads:
    """The table as the use cases see it, behind calls that may fail."""

    def __init__(self, days: Days) -> None:
        self._days = days

    def add(self, lead: Lead) -> Lead | None:
        def effect() -> Lead | None:
            earlier = self._days.read(lead.lead_id)
            if earlier is None:
                self._days.stored(lead, new=True)
            return earlier

        return self._days.carry("table", lead.lead_id, effect, StoreUnavailable)

    def get(self, lead_id: UUID) -> Lead | None:
        return self._days.carry("table", lead_id, lambda: self._days.read(lead_id), StoreUnavailable)

    def kept(self, lead_id: UUID) -> Lead | None:
        return self.get(lead_id)

    def replace(self, before: Lead, after: Lead) -> None:
        def effect() -> bool:
            stored = self._days.read(before.lead_id)
            if stored is after:  # the SDK's retry finds that its own first attempt has written the lead
                return True
            if stored is None or stored.version != before.version:
                return False
            self._days.stored(after, new=False)
            return True

        if not self._days.carry("table", before.lead_id, effect, StoreUnavailable):
            raise LeadChanged

    def due(self, at: datetime) -> list[UUID]:
        return self._days.carry("table", None, lambda: self._days.table.due(at), StoreUnavailable)

    def id_of(self, reference: str) -> UUID | None:
        lead_id = self._days.id_of(reference)
        return self._days.carry("table", lead_id, lambda: lead_id, StoreUnavailable)

    def of_person(self, _phone_key: str, _email_key: str) -> tuple[tuple[UUID, LeadSummary], ...]:
        return ()

    def of_number(self, phone_key: str) -> list[tuple[UUID, LeadSummary]]:
        return self._days.carry("table", None, lambda: self._days.of_number(phone_key), StoreUnavailable)

    def names(self, _lead_ids: Sequence[UUID]) -> dict[UUID, str]:
        return {}


class _Spool:
    def __init__(self, days: Days) -> None:
        self._days = days

    def put(self, lead: Lead) -> None:
        entry = lead.model_dump_json()
        self._days.carry("spool", lead.lead_id, lambda: self._days.spooled(lead, entry), StoreUnavailable, attempts=1)


class _SetAside:
    """The failure queue of the spool, in memory."""

    def __init__(self, days: Days) -> None:
        self._days = days

    def put_back(self, entry: str) -> None:
        self._days.set_aside(UUID(json.loads(entry)["lead_id"]))


class _Topic:
    """The topic as one process sees it, at the pace of that process."""

    def __init__(self, days: Days, pace: float) -> None:
        self._days = days
        self._pace = Pace(pace, self._seconds, self._wait)

    def _seconds(self) -> float:
        return (self._days.now - YEAR_BEGINS).total_seconds()

    def _wait(self, seconds: float) -> None:
        self._days.now += seconds * SECOND

    def publish(self, notice: Alert | Summary) -> None:
        if notice.is_mailed:
            self._pace.keep()
        lead_id = None if isinstance(notice, Summary) else UUID(notice.lead_id)
        self._days.carry("topic", lead_id, lambda: self._days.published(notice), TopicUnavailable)


class _Rota(RotaInMemory):
    """The rota, which managers change and which cannot always be read."""

    def __init__(self, days: Days) -> None:
        super().__init__()
        self._days = days

    def get(self) -> DutyBoard:
        return self._days.rota()


class _Colleagues:
    def who_work(self) -> tuple[Staff, ...]:
        return NURSES


class _AccessLog:
    def add(self, lead_id: UUID, staff: Staff, what: str, at: datetime) -> None:
        """Does nothing, because other tests cover the access log."""


def _tiers(lead: Lead) -> Any:
    rule_set = RULEBOOK.of(lead.submitted.questionnaire)
    assert rule_set is not None
    return rule_set.tiers
