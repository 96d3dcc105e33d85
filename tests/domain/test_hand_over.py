from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.errors import AlreadyTaken, InvalidInput, NotAllowed, WrongState
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.overdue import REMINDER, alert_due, is_overdue, released, reminded
from shared.domain.leads.staff import ADMIN, CLINICIAN, Staff
from shared.domain.leads.staff_actions import possible_actions, work
from tests.domain.test_next_action import chicago, plan
from tests.domain.test_staff_actions import CLERK, NURSE, OWNER, RULES, TIERS, act, action
from tests.functions.calls import EMERGENCY, URGENT
from tests.leads import HOURS, RECEIVED, a_lead

BEN = Staff("b", "ben", frozenset({CLINICIAN}))
CAT = Staff("c", "cat", frozenset({CLINICIAN}))


@pytest.fixture
def taken() -> Lead:
    return act(a_lead(EMERGENCY), "acknowledge")


def test_a_lead_handed_over_keeps_the_time_by_which_it_is_due(taken: Lead) -> None:
    over = act(taken, "hand_over", at=chicago(14, "10:05"), to=BEN)
    assert (over.work.owner, over.work.owner_name, over.work.status) == ("b", "ben", "acknowledged")
    assert over.work.acknowledged_at == RECEIVED
    assert plan(over) == plan(taken)
    assert (over.history[-1].action, over.history[-1].by_name, over.history[-1].detail) == ("hand_over", "nurse", "ben")


def test_the_colleague_is_reminded_even_if_the_owner_was(taken: Lead) -> None:
    ladder = taken.ladder(TIERS, HOURS)
    was_reminded = reminded(taken, chicago(14, "10:10"))
    over = act(was_reminded, "hand_over", at=chicago(14, "10:12"), to=BEN)
    assert alert_due(over, ladder, chicago(14, "10:12")) == REMINDER
    assert not is_overdue(over, chicago(14, "10:20")), "nobody loses a lead that they were not reminded of"
    over = reminded(over, chicago(14, "10:13"))
    assert is_overdue(over, chicago(14, "10:15"))
    assert released(over, TIERS, chicago(14, "10:15")).work.owner == ""


def test_a_lead_that_should_have_gone_back_reminds_the_colleague_first(taken: Lead) -> None:
    over = act(reminded(taken, chicago(14, "10:10")), "hand_over", at=chicago(14, "10:16"), to=BEN)
    assert plan(over)[2:] == (chicago(14, "10:16"), chicago(14, "10:16"))


def test_a_lead_says_who_handed_it_to_its_owner(taken: Lead) -> None:
    over = act(taken, "hand_over", to=BEN)
    assert [LeadSummary.of(lead).handed_by for lead in (taken, over)] == ["", "nurse"]
    assert LeadSummary.of(act(over, "contact_attempt", BEN, outcome="no_answer")).handed_by == "nurse"
    for again in (
        act(over, "take_over", CAT),
        act(act(over, "reopen", BEN), "acknowledge", BEN),
        released(over, TIERS, RECEIVED),
    ):
        assert LeadSummary.of(again).handed_by == ""


def test_handing_over_is_undone(taken: Lead) -> None:
    over = act(taken, "hand_over", to=BEN)
    back = act(over, "undo", at=RECEIVED + timedelta(minutes=1))
    assert back.work == taken.work
    with pytest.raises(WrongState):
        act(act(over, "note", BEN, text="I have it."), "undo")


def test_of_two_hand_overs_the_later_is_told_who_has_the_lead(taken: Lead) -> None:
    over = act(taken, "hand_over", to=BEN)
    with pytest.raises(AlreadyTaken) as refused:
        work(over, action("hand_over", taken.version, to="cat"), NURSE, RECEIVED, RULES, CAT)
    assert refused.value.owner_name == "ben"
    with pytest.raises(AlreadyTaken):
        work(over, action("take_over", taken.version), CAT, RECEIVED, RULES)


def test_who_has_the_lead_has_it_since_it_was_handed_over(taken: Lead) -> None:
    """`owned_since` is the time of the hand-over, until the hand-over is undone."""
    minute = timedelta(minutes=1)
    over = act(taken, "hand_over", at=RECEIVED + minute, to=BEN)
    assert (over.owned_since, over.work.acknowledged_at) == (RECEIVED + minute, RECEIVED)
    with pytest.raises(AlreadyTaken) as refused:
        act(over, "acknowledge", CAT)
    assert refused.value.at == RECEIVED + minute
    assert act(over, "undo", at=RECEIVED + 2 * minute).owned_since == RECEIVED
    assert act(over, "reopen", BEN, at=RECEIVED + 2 * minute).owned_since is None


def test_only_the_owner_hands_over_and_only_to_who_works_leads(taken: Lead) -> None:
    for lead, who in ((a_lead(URGENT), NURSE), (act(taken, "book"), NURSE)):
        with pytest.raises(WrongState):
            act(lead, "hand_over", who, to=BEN)
    with pytest.raises(AlreadyTaken):
        act(taken, "hand_over", CLERK, to=BEN)
    with pytest.raises(NotAllowed):
        act(taken, "hand_over", OWNER, to=BEN)
    for nobody in (NURSE, Staff("m", "max", frozenset({ADMIN}))):
        with pytest.raises(InvalidInput) as refused:
            act(taken, "hand_over", to=nobody)
        assert refused.value.problems[0].pointer == "/to"
    with pytest.raises(InvalidInput):
        work(taken, action("hand_over", taken.version, to="unknown"), NURSE, RECEIVED, RULES)
    assert "hand_over" in possible_actions(taken, NURSE, RECEIVED, RULES)
    assert "hand_over" not in possible_actions(taken, CLERK, RECEIVED, RULES)
