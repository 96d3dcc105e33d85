"""Interleaves the AWS calls of two functions in every order (R5 of docs/reliability.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from shared.domain.leads.rota import DutyBoard, Rota, to_alert
from tests.faults.interleaving import AT, Meeting, meetings
from tests.functions.calls import EMERGENCY, LEAD_ID, ROUTINE
from tests.leads import HOURS, always

pytestmark = pytest.mark.slow

Task = Callable[[Meeting], None]


def nothing(_meeting: Meeting) -> None:
    pass


def stored(meeting: Meeting) -> None:
    meeting.submit()
    meeting.answers.clear()


def alerted(meeting: Meeting) -> None:
    stored(meeting)
    meeting.alert()
    meeting.at += timedelta(minutes=30)


def spooled(meeting: Meeting) -> None:
    meeting.table_is_away = True
    meeting.submit()
    assert meeting.answers == ["spooled"]
    meeting.table_is_away = False
    meeting.answers.clear()


def ann_acknowledges(meeting: Meeting) -> None:
    meeting.acknowledge("ann")


def ben_acknowledges(meeting: Meeting) -> None:
    meeting.acknowledge("ben")


def settled(meeting: Meeting) -> Meeting:
    """Sweeps twice, 31 seconds apart, so that claims lapse."""
    for _ in range(2):
        meeting.at += timedelta(seconds=31)
        meeting.sweep()
    return meeting


def one_lead_and_one_alert_a_level(meeting: Meeting) -> None:
    assert len(meeting.leads) == 1
    assert set(Counter(settled(meeting).alerts).values()) == {1}


WAYS: list[tuple[str, Task, list[Task]]] = [
    ("three submit the same", nothing, [Meeting.submit] * 3),
    ("the stream and a sweep", stored, [Meeting.alert, Meeting.sweep]),
    ("the stream twice and a sweep", stored, [Meeting.alert, Meeting.alert, Meeting.sweep]),
    ("a submission with its alert, and a sweep", nothing, [Meeting.submit_and_alert, Meeting.sweep]),
    ("two sweeps escalate", alerted, [Meeting.sweep, Meeting.sweep]),
    ("a replay and a resubmission", spooled, [Meeting.replay, Meeting.submit]),
    ("a replay, delivered twice, and a sweep", spooled, [Meeting.replay, Meeting.replay, Meeting.sweep]),
    ("a replay, a resubmission and a sweep", spooled, [Meeting.replay, Meeting.submit_and_alert, Meeting.sweep]),
]


@pytest.mark.parametrize(("prepare", "tasks"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS])
def test_one_lead_and_one_alert_a_level_in_every_order(prepare: Task, tasks: list[Task]) -> None:
    met = 0
    for meeting in meetings(prepare, tasks):
        one_lead_and_one_alert_a_level(meeting)
        assert not set(meeting.answers) - {"created", "known"}
        assert meeting.answers.count("created") <= 1
        met += 1
    assert met >= 2


@pytest.mark.parametrize("prepare", [stored, alerted], ids=["the first alert", "an escalation"])
@pytest.mark.parametrize("others", [[Meeting.sweep], [Meeting.sweep, Meeting.alert]], ids=["a sweep", "two alerters"])
def test_acknowledging_ends_escalation_in_every_order(prepare: Task, others: list[Task]) -> None:
    for meeting in meetings(prepare, [ann_acknowledges, *others]):
        lead = meeting.leads[UUID(LEAD_ID)]
        assert meeting.answers == ["ann"]
        assert (lead.work.status, lead.work.owner) == ("acknowledged", "ann")
        alerts = list(meeting.alerts)
        meeting.at += timedelta(minutes=44)
        meeting.sweep()
        assert meeting.alerts == alerts
        assert set(Counter(alerts).values()) <= {1}


def overdue(meeting: Meeting) -> None:
    stored(meeting)
    meeting.alert()
    meeting.acknowledge("ann")
    for minutes in (45, 15):
        meeting.at += timedelta(minutes=minutes)
        if minutes == 45:
            meeting.sweep()
    meeting.alerts.clear()
    meeting.answers.clear()


def ann_calls(meeting: Meeting) -> None:
    meeting.act("ann", action="contact_attempt", outcome="reached")


def test_a_lead_goes_back_once_in_every_order_of_sweeps() -> None:
    for meeting in meetings(overdue, [Meeting.sweep, Meeting.sweep]):
        lead = meeting.leads[UUID(LEAD_ID)]
        assert [entry.action for entry in lead.history] == ["acknowledge", "released"]
        assert Counter(settled(meeting).alerts) == {(lead.reference, 1): 1}


def test_an_owner_who_calls_as_the_lead_goes_back_is_recorded_in_every_order() -> None:
    """If Ann's call comes first, Ann keeps the lead. Otherwise the clinic is alerted."""
    owners = set()
    for meeting in meetings(overdue, [ann_calls, Meeting.sweep]):
        lead = meeting.leads[UUID(LEAD_ID)]
        assert "contact_attempt" in [entry.action for entry in lead.history]
        assert lead.work.attempts == 1
        assert bool(settled(meeting).alerts) == (lead.work.owner == "")
        owners.add(lead.work.owner)
    assert owners == {"ann", ""}


def reminder_due(meeting: Meeting) -> None:
    stored(meeting)
    meeting.alert()
    meeting.acknowledge("ann")
    meeting.at += timedelta(minutes=45)
    meeting.alerts.clear()
    meeting.answers.clear()


def test_an_owner_is_reminded_at_most_once_in_every_order() -> None:
    for meeting in meetings(reminder_due, [Meeting.sweep, Meeting.sweep, ann_calls]):
        assert set(Counter(settled(meeting).alerts).values()) <= {1}
        assert meeting.leads[UUID(LEAD_ID)].work.owner == "ann"


def test_one_of_two_who_take_a_lead_over_has_it_in_every_order() -> None:
    def takes_over(who: str) -> Task:
        return lambda meeting: meeting.act(who, action="take_over", version=meeting.version)

    owners = set()
    for meeting in meetings(ann_has_it, [takes_over("ben"), takes_over("cat"), Meeting.sweep]):
        owner = meeting.leads[UUID(LEAD_ID)].work.owner
        owners.add(owner)
        assert sorted(meeting.answers) == sorted([owner, "AlreadyTaken"])
    assert owners == {"ben", "cat"}


@pytest.mark.parametrize("before", [always("ann", "ann", "ben", at=AT), DutyBoard(Rota())], ids=["ann", "a gap"])
@pytest.mark.parametrize("after", [always("ben", "ann", "ben", at=AT), always("ben", "ann", at=AT)])
def test_a_change_of_the_rota_meanwhile_loses_and_doubles_no_alert(before: DutyBoard, after: DutyBoard) -> None:
    """The alert goes to whoever was on call before or after the change."""

    def prepare(meeting: Meeting) -> None:
        stored(meeting)
        meeting.board = before

    reached = set()
    expected = {to_alert(board, AT, HOURS) for board in (before, after)}
    for meeting in meetings(prepare, [lambda met: met.save_rota(after), Meeting.alert, Meeting.sweep]):
        one_lead_and_one_alert_a_level(meeting)
        assert len(meeting.alerted_alone) == 1
        reached |= set(meeting.alerted_alone)
        meeting.at += timedelta(hours=1)
        assert [level for _, level in settled(meeting).alerts] == [1, 2, 3]
    assert reached == expected


def hands_over(to: str) -> Task:
    return lambda meeting: meeting.act("ann", action="hand_over", to=to, version=meeting.version)


def ann_has_it(meeting: Meeting) -> None:
    reminder_due(meeting)
    meeting.version = meeting.leads[UUID(LEAD_ID)].version


def test_one_of_two_hand_overs_wins_in_every_order_and_the_other_is_told() -> None:
    owners = set()
    for meeting in meetings(ann_has_it, [hands_over("ben"), hands_over("cat"), Meeting.sweep]):
        owners.add(meeting.leads[UUID(LEAD_ID)].work.owner)
        assert sorted(meeting.answers) == ["AlreadyTaken", "ann"]
        reminders = len(meeting.alerts)
        assert len(settled(meeting).alerts) <= reminders + 1
        assert len(meeting.alerts) >= 1
    assert owners == {"ben", "cat"}


def test_a_lead_handed_over_as_it_goes_back_has_an_owner_or_alerts_the_clinic() -> None:
    def ann_is_late(meeting: Meeting) -> None:
        overdue(meeting)
        meeting.version = meeting.leads[UUID(LEAD_ID)].version

    owners = set()
    for meeting in meetings(ann_is_late, [hands_over("ben"), Meeting.sweep]):
        lead = meeting.leads[UUID(LEAD_ID)]
        owners.add(lead.work.owner)
        assert meeting.answers == (["ann"] if lead.work.owner else ["WrongState"])
        assert settled(meeting).alerts, "neither the colleague nor the clinic was alerted"
    assert owners == {"ben", ""}


def test_one_of_two_who_acknowledge_becomes_the_owner_in_every_order() -> None:
    owners = set()
    for meeting in meetings(stored, [ann_acknowledges, ben_acknowledges, Meeting.sweep]):
        owner = meeting.leads[UUID(LEAD_ID)].work.owner
        owners.add(owner)
        assert sorted(meeting.answers) == sorted([owner, "AlreadyTaken"])
    assert owners == {"ann", "ben"}


def test_a_form_completed_during_an_acknowledgement_is_not_lost() -> None:
    def unfinished(meeting: Meeting) -> None:
        meeting.submit(complete=False)
        meeting.answers.clear()

    ways = set()
    for meeting in meetings(unfinished, [Meeting.submit, ann_acknowledges]):
        lead = meeting.leads[UUID(LEAD_ID)]
        # WrongState: the lead had changed since Ann opened it.
        assert lead.work.owner == "ann" or "WrongState" in meeting.answers
        assert lead.submitted.complete or [spooled.submitted.complete for spooled in meeting.spooled] == [True]
        ways.add(lead.submitted.complete)
    assert ways == {True, False}


def test_of_two_contents_with_one_id_one_is_stored_and_one_refused() -> None:
    first = set()
    for meeting in meetings(nothing, [lambda met: met.submit(ROUTINE), lambda met: met.submit(EMERGENCY)]):
        assert sorted(meeting.answers) == ["SubmissionConflict", "created"]
        first.add(meeting.leads[UUID(LEAD_ID)].tier)
    assert first == {"ROUTINE", "EMERGENCY"}
