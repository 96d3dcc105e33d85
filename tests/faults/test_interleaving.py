"""R5: whoever goes first at whichever call, there is one lead, and one alert for each level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from tests.faults.interleaving import Meeting, meetings
from tests.functions.calls import EMERGENCY, LEAD_ID, ROUTINE

pytestmark = pytest.mark.slow

Task = Callable[[Meeting], None]


def nothing(_meeting: Meeting) -> None:
    """Everything begins with the tasks."""


def stored(meeting: Meeting) -> None:
    meeting.submit()
    meeting.answers.clear()


def told(meeting: Meeting) -> None:
    stored(meeting)
    meeting.alert()
    meeting.at += timedelta(minutes=30)  # the next step is due


def spooled(meeting: Meeting) -> None:
    meeting.table_is_away = True
    meeting.submit()
    assert meeting.answers == ["spooled"]
    meeting.table_is_away = False
    meeting.answers.clear()


def ann_takes_it(meeting: Meeting) -> None:
    meeting.acknowledge("ann")


def ben_takes_it(meeting: Meeting) -> None:
    meeting.acknowledge("ben")


def settled(meeting: Meeting) -> Meeting:
    """What is due by itself has been told, also where a claim had to lapse."""
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
    ("two sweeps escalate", told, [Meeting.sweep, Meeting.sweep]),
    ("a replay and the page that sends again", spooled, [Meeting.replay, Meeting.submit]),
    ("a replay, delivered twice, and a sweep", spooled, [Meeting.replay, Meeting.replay, Meeting.sweep]),
    ("a replay, the page, and a sweep", spooled, [Meeting.replay, Meeting.submit_and_alert, Meeting.sweep]),
]


@pytest.mark.parametrize(("prepare", "tasks"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS])
def test_in_every_order(prepare: Task, tasks: list[Task]) -> None:
    met = 0
    for meeting in meetings(prepare, tasks):
        one_lead_and_one_alert_a_level(meeting)
        assert not set(meeting.answers) - {"created", "known"}
        assert meeting.answers.count("created") <= 1
        met += 1
    assert met >= 2


@pytest.mark.parametrize("prepare", [stored, told], ids=["the first alert", "an escalation"])
@pytest.mark.parametrize("others", [[Meeting.sweep], [Meeting.sweep, Meeting.alert]], ids=["a sweep", "two alerters"])
def test_taking_it_ends_the_ladder_in_every_order(prepare: Task, others: list[Task]) -> None:
    """An alert that was claimed before may still go out; none is claimed after, and who took it has it."""
    for meeting in meetings(prepare, [ann_takes_it, *others]):
        lead = meeting.leads[UUID(LEAD_ID)]
        assert meeting.answers == ["ann"]
        assert (lead.work.status, lead.work.owner) == ("acknowledged", "ann")
        alerts = list(meeting.alerts)
        meeting.at += timedelta(hours=2)
        meeting.sweep()
        assert meeting.alerts == alerts
        assert set(Counter(alerts).values()) <= {1}


def test_of_two_who_take_it_one_has_it_in_every_order() -> None:
    owners = set()
    for meeting in meetings(stored, [ann_takes_it, ben_takes_it, Meeting.sweep]):
        owner = meeting.leads[UUID(LEAD_ID)].work.owner
        owners.add(owner)
        assert sorted(meeting.answers) == sorted([owner, "AlreadyTaken"])
    assert owners == {"ann", "ben"}


def test_a_form_that_is_finished_while_somebody_takes_it_is_finished_in_every_order() -> None:
    def unfinished(meeting: Meeting) -> None:
        meeting.submit(complete=False)
        meeting.answers.clear()

    ways = set()
    for meeting in meetings(unfinished, [Meeting.submit, ann_takes_it]):
        lead = meeting.leads[UUID(LEAD_ID)]
        # She has it, or is told that the lead changed since she opened it.
        assert lead.work.owner == "ann" or "WrongState" in meeting.answers
        assert lead.submitted.complete or [spooled.submitted.complete for spooled in meeting.spooled] == [True]
        ways.add(lead.submitted.complete)
    assert ways == {True, False}  # also the one where the spool has it


def test_of_two_contents_under_one_id_one_is_stored_and_the_other_refused() -> None:
    first = set()
    for meeting in meetings(nothing, [lambda met: met.submit(ROUTINE), lambda met: met.submit(EMERGENCY)]):
        assert sorted(meeting.answers) == ["SubmissionConflict", "created"]
        first.add(meeting.leads[UUID(LEAD_ID)].tier)
    assert first == {"ROUTINE", "EMERGENCY"}
