"""Simulates days of the clinic with random faults, on a simulated clock.

`Weather.every_door` adds further actions of visitors and staff. The same seed gives the same trace.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

from shared.adapters.sns import STREAM_PACE, SWEEP_PACE
from shared.domain.errors import InvalidInput, LeadIntakeError, NotFound, StoreUnavailable
from shared.domain.intake.spam_signs import Sign
from shared.domain.intake.submission import Consents, Submission
from shared.domain.leads import lead_view
from shared.domain.leads.addition import is_known
from shared.domain.leads.alert import Alert, Summary
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import Arrival, Lead, reference_of
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.overdue import REMINDER
from shared.domain.leads.person_keys import SAME_PERSON
from shared.domain.rules.condition import CALLBACK, FORM
from shared.usecases import capture
from shared.usecases.additions import add_answers
from shared.usecases.alerting import Alerting, alert_staff, escalate_leads
from shared.usecases.callbacks import capture_callback
from shared.usecases.capture import Intake, capture_lead
from shared.usecases.inbox import Workspace
from shared.usecases.replaying import Replay, replay_submissions
from tests.faults.faulty_ports import NURSES, FaultyLeads, FaultySpool, FaultyTopic, SetAside
from tests.faults.promises import HOURS, SWEEP_STOPS, check
from tests.faults.random_faults import MINUTE, SECOND, Killed, Unreadable, Weather
from tests.faults.random_staff import Clinic
from tests.faults.random_visits import (
    ADDED,
    ANSWERS,
    CALLS,
    SIGNS,
    UNFINISHED,
    cached_options,
    cached_score,
    form,
    number_of,
)
from tests.leads import RULEBOOK, NoAccessLog, varied

BETWEEN_VISITS = 10  # seconds on average: about 50 times the traffic of a busy clinic
# After the last visit, escalations end within 60 minutes.
TAIL = timedelta(minutes=75)
RETRIES = (5, 10, 20, 60, 120, 300, 600)
STREAM_RETRIES = 5
INVISIBLE = 90  # seconds; the template's VisibilityTimeout of the spool
VISIT = Visit("203.0.113.10", "Agent")
SHARDS = 4  # each shard of the stream runs one alert_staff at a time


class Days(Clinic):
    def __init__(self, seed: int, visits: int, weather: Weather) -> None:
        super().__init__(seed, visits, weather)
        self._callers = random.Random(f"{seed}/doors")  # a separate generator keeps the other draws the same
        self._of_number: dict[str, list[UUID]] = {}
        self._waiting: Counter[UUID] = Counter()
        self._delivered: UUID | None = None
        self._by_reference: dict[str, UUID] = {}
        leads = FaultyLeads(self)
        self._intake = Intake(RULEBOOK, leads, FaultySpool(self), self.clock, HOURS, "a key of tests only")
        link = "https://staff.clinic.example/inbox#lead="
        self._sweeping = Alerting(leads, RULEBOOK, FaultyTopic(self, SWEEP_PACE), HOURS, link)
        self._streaming = [
            Alerting(leads, RULEBOOK, FaultyTopic(self, STREAM_PACE), HOURS, link) for _ in range(SHARDS)
        ]
        self._replay = Replay(leads, RULEBOOK, SetAside(self), HOURS)
        self.workspace = Workspace(leads, RULEBOOK, NoAccessLog(), HOURS)
        self._plan(visits)

    def run(self) -> Days:
        with patch.object(capture, "score", cached_score), patch.object(lead_view, "options_of", cached_options):
            self.run_events()
        check(self)
        return self

    def _plan(self, visits: int) -> None:
        begins = at = self.now
        for _ in range(visits):
            at += self.chance.expovariate(1 / BETWEEN_VISITS) * SECOND
            self.at(at, self._visit)
        self.ends = at + TAIL
        sweep = begins + self.chance.random() * MINUTE
        while sweep <= self.ends:
            self.at(sweep, self._sweep)
            sweep += MINUTE
        change = begins
        while (change := change + self._managers.expovariate(1 / 10) * MINUTE) < self.ends:
            self.at(change, self._change_rota)
        if self.weather.outages:
            when = begins
            while (when := when + self.chance.expovariate(1 / 40) * MINUTE) < at:
                what = self.chance.choice(("table", "table", "table and spool", "topic", "scheduler"))
                self.outages.append((what, when, when + self.chance.uniform(0.5, 15) * MINUTE))

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
            self._send(form(chance.choice((UNFINISHED, ~content)), lead_id), signs, retries)
            if chance.random() < 0.7:
                self.after(chance.uniform(5, 1200), lambda: self._send(form(content, lead_id), signs, retries))
            return
        submission = form(content, lead_id)
        if chance.random() < 0.1:
            self.after(chance.random(), lambda: self._send(submission, signs, ()))
        self._send(submission, signs, retries)

    def _visit_another_door(self, lead_id: UUID, content: int) -> None:
        """Requests a call, answers more questions, or withdraws consent."""
        chance = self._callers
        what, later, signs = (
            chance.choice(("asks", "sends, asks", "adds", "takes back")),
            chance.expovariate(1 / 1200),
            chance.choice(SIGNS),
        )
        asks, own_number = chance.choice(CALLS), number_of(lead_id)
        self.counts["visits"] += 1
        if what == "asks":
            shared_number = number_of(UUID(int=chance.randrange(50)))
            self._send(form(asks, lead_id, shared_number), signs, RETRIES, CALLBACK)
            return
        whole = form(content, lead_id, own_number)
        sent = form(~content, lead_id, own_number) if what == "takes back" and chance.random() < 0.8 else whole
        self._send(sent, signs, RETRIES)
        if what == "sends, asks":
            request = form(asks, UUID(int=chance.getrandbits(128), version=4), own_number)
            self.after(later, lambda: self._send(request, signs, RETRIES, CALLBACK))
        elif what == "adds":
            self.after(later, lambda: self._add_answers(lead_id, RETRIES))
        else:
            self.after(later, lambda: self._take_back(sent, RETRIES))
            if chance.random() < 0.3:
                self.after(2 * later, lambda: self._send(whole, signs, RETRIES))

    def _add_answers(self, lead_id: UUID, retries: tuple[int, ...]) -> None:
        try:
            lead = add_answers(lead_id, ADDED, self._intake, self.draw_clock())
        except NotFound:  # the form never arrived, or the visitor is a minor
            return
        except (StoreUnavailable, Unreadable, Killed):
            if retries:
                self.after(retries[0], lambda: self._add_answers(lead_id, retries[1:]))
            return
        self.counts["added"] += 1
        if not is_known(self.table.leads[lead.lead_id], ADDED.answers):
            self.broken("I1", lead_id, "was answered as added, but the lead lacks the answers")

    def _take_back(self, submission: Submission, retries: tuple[int, ...]) -> None:
        unticked = varied(submission, consents=Consents(contact=False), complete=False)
        try:
            captured = capture_lead(unticked, Arrival(self.draw_clock(), VISIT, SIGNS[0]), self._intake)
        except InvalidInput:  # no unfinished form has this id
            return
        except (StoreUnavailable, Unreadable, Killed):
            if retries:
                self.after(retries[0], lambda: self._take_back(submission, retries[1:]))
            return
        stored = self.table.leads.get(submission.submission_id)
        if captured.lead is not None or (stored and not stored.submitted.complete and not stored.contact_revoked):
            self.broken("I1", submission.submission_id, "was answered as taken back, but the consent stands")
        self.counts["taken back"] += stored is not None

    def _send(
        self, submission: Submission, signs: frozenset[Sign], retries: tuple[int, ...], source: str = FORM
    ) -> None:
        arrival = Arrival(self.draw_clock(), VISIT, signs, source)
        lead_id = submission.submission_id
        try:
            captured = (capture_callback if source == CALLBACK else capture_lead)(submission, arrival, self._intake)
        except (StoreUnavailable, Unreadable, Killed) as error:  # the page gets a 503
            if isinstance(error, Unreadable) and lead_id not in self.poisoned:
                self.broken("I9", lead_id, "was refused, because another lead is unreadable")
            self._send_again(submission, signs, retries, source)
            return
        except LeadIntakeError as error:
            self.broken("I2", lead_id, f"the visitor's own submission was answered {type(error).__name__}")
            return
        self.note("reply", lead_id, captured.created)
        stored = self.table.leads.get(lead_id)
        if captured.request is not None and captured.lead is not None:
            self.counts["joined"] += captured.joined
            stored = self.table.leads[captured.lead.lead_id]
            if all(sent.reference != reference_of(lead_id) for sent in stored.earlier):
                self.broken("I1", lead_id, "was answered as joined, but no lead has the request")
        if captured.lead is not None and stored is None and not self._waiting[lead_id]:
            self.broken("I1", lead_id, "was answered 2xx, but is neither stored nor spooled")
        if captured.receipt.reference not in (None, reference_of(lead_id)):
            self.broken("I2", lead_id, "was answered with another lead's reference")
        if self.chance.random() < self.weather.fault_rate:
            self._send_again(submission, signs, retries, source)

    def _send_again(
        self, submission: Submission, signs: frozenset[Sign], retries: tuple[int, ...], source: str
    ) -> None:
        if retries:
            self.after(retries[0], lambda: self._send(submission, signs, retries[1:], source))

    def _stream(self, lead_id: UUID, retries: int) -> None:
        at = self.draw_clock()
        try:
            alert_staff(lead_id, self._streaming[lead_id.int % SHARDS], at)
        # Lambda retries the record after any error.
        except (Exception, Killed):  # noqa: BLE001
            if retries:
                self.after(2 ** (STREAM_RETRIES - retries), lambda: self._stream(lead_id, retries - 1))

    def _sweep(self) -> None:
        began, skew = self.now, self.draw_clock() - self.now
        if self.is_down("scheduler"):
            return
        try:
            swept = escalate_leads(self._sweeping, lambda: self.now + skew, began + skew + SWEEP_STOPS)
        except (StoreUnavailable, Killed):
            self.sweeps_broken.append(self.now)
            return
        if self.now - began >= SWEEP_STOPS:
            self.sweeps_broken.append(self.now)
        self.could_not_alert.update(lead_id for lead_id, _ in swept.failed)

    def spooled(self, lead: Lead, entry: str) -> None:
        self.counts["spooled"] += 1
        self._waiting[lead.lead_id] += 1
        self.ever_spooled.add(lead.lead_id)
        self.after(self.chance.random(), lambda: self._deliver(lead.lead_id, entry))
        if self.chance.random() < 0.05:  # SQS may deliver an entry twice
            self._waiting[lead.lead_id] += 1
            self.after(self.chance.uniform(0, 300), lambda: self._deliver(lead.lead_id, entry))

    def set_aside(self, lead_id: UUID) -> None:
        self.counts["set aside"] += 1
        if lead_id not in self.poisoned:
            self.broken("I9", lead_id, "was set aside although it is readable")

    def _deliver(self, lead_id: UUID, entry: str) -> None:
        self._delivered = lead_id
        try:
            replay_submissions(entry, self._replay, self.draw_clock())
        except (StoreUnavailable, Killed):
            self.after(INVISIBLE, lambda: self._deliver(lead_id, entry))
        else:
            self._waiting[lead_id] -= 1
        self._delivered = None

    def stored(self, lead: Lead, *, new: bool) -> None:
        if new:
            self.counts["leads"] += 1
            if self._delivered not in (
                None,
                lead.lead_id,
            ):
                self.hits.setdefault(lead.lead_id, []).append(self.now)
            self._by_reference[lead.reference] = lead.lead_id
            self._of_number.setdefault(lead.submitted.phone_key, []).append(lead.lead_id)
            if self.weather.stream:
                # The stream may deliver a record twice.
                for _ in range(1 + (self.chance.random() < 0.05)):
                    later = self.chance.expovariate(1.0)
                    self.after(later, lambda: self._stream(lead.lead_id, STREAM_RETRIES))
            if self.chance.random() < self.weather.poison:
                self.after(self.chance.choice((0, 60)), lambda: self.poisoned.add(lead.lead_id))
        self.table.put(lead)

    def read(self, lead_id: UUID) -> Lead | None:
        if lead_id in self.poisoned:
            raise Unreadable
        return self.table.leads.get(lead_id)

    def id_of(self, reference: str) -> UUID | None:
        return self._by_reference.get(reference)

    def of_number(self, phone_key: str) -> list[tuple[UUID, LeadSummary]]:
        """Returns the leads with this phone number, newest first."""
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
        self.note("alerted", lead_id, alert.level)
        self._check_on_call(alert)
        if lead is None:
            self.broken("I3", lead_id, "an alert without a stored lead")
            return
        if lead.work.status != ("acknowledged" if alert.level == REMINDER else "new"):
            self.broken("I8", lead_id, f"alert {alert.level} of a lead that is {lead.work.status}")
        if alert.level == REMINDER:
            assert lead.work.next_action is not None
            due = lead.work.next_action.remind_at or self.now
            self.reminders.setdefault(lead_id, []).append((self.now, REMINDER, due))
            return
        before = self.alerts.setdefault(lead_id, [])
        if alert.level == 1 and before and before[-1][2] != lead.escalation.started_at and self._staff.random() < 0.5:
            nurse = self._staff.choice(NURSES)
            self.after(self._staff.expovariate(1 / 600), lambda: self._acknowledge(lead_id, nurse, 5))
        if not before and self.chance.random() < 0.25:
            nurse = self.chance.choice(NURSES)
            self.after(self.chance.expovariate(1 / 1200), lambda: self._acknowledge(lead_id, nurse, 5))
            if self.chance.random() < 0.2:
                self.after(self.chance.expovariate(1 / 1200), lambda: self._acknowledge(lead_id, nurse, 5))
        before.append((self.now, alert.level, lead.escalation.started_at))
