"""Tests a lead: its reference, its claims and its escalation."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.leads.escalation import CLAIM_LASTS, CLOCKS_DIFFER, NEVER, Ladder
from shared.domain.leads.lead import CANARY, Lead, reference_of
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT, Json
from tests.leads import HOURS, RECEIVED, RULEBOOK, a_lead, varied

TIERS = {"EMERGENCY": EMERGENCY, "URGENT": URGENT, "PRIORITY": PRIORITY, "ROUTINE": ROUTINE}
RULE_SET = RULEBOOK.rule_sets["fs-intake"]
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def ladder_of(lead: Lead) -> Ladder:
    return lead.ladder(RULE_SET.tiers, HOURS)


def due(lead: Lead, at: datetime) -> int | None:
    return lead.level_due(ladder_of(lead), at)


def alert(lead: Lead, at: datetime) -> tuple[Lead, int | None]:
    level = due(lead, at)
    return (lead, None) if level is None else (lead.claimed(level, at).alerted(level, ladder_of(lead), at), level)


def minutes(count: int) -> datetime:
    return RECEIVED + timedelta(minutes=count)


@given(st.uuids())
def test_a_reference_can_be_read_out_and_is_always_the_same(lead_id: UUID) -> None:
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", reference_of(lead_id))
    assert reference_of(lead_id) == reference_of(UUID(str(lead_id)))


@given(st.uuids(), st.uuids())
def test_a_reference_does_not_reveal_the_id(one: UUID, two: UUID) -> None:
    assert (reference_of(one) == reference_of(two)) is (one == two)
    assert reference_of(one).replace("-", "")[:4] not in str(one).upper().replace("-", "")


@pytest.mark.parametrize("answers", TIERS.values(), ids=TIERS)
def test_a_new_lead_is_due_at_once(answers: Json) -> None:
    lead = a_lead(answers)
    assert (lead.version, lead.escalation.alert_due, lead.escalation.alert_delivered, lead.escalation.next_at) == (
        1,
        1,
        0,
        RECEIVED,
    )
    assert due(lead, RECEIVED) == 1


def test_a_lead_that_is_not_a_fit_is_never_due() -> None:
    lead = a_lead(NOT_A_FIT)
    assert (lead.escalation.next_at, lead.escalation.deadline, lead.escalation.alert_due) == (None, None, 0)
    assert due(lead, NEVER) is None


def test_a_lead_is_stored_and_read_back_as_it_was() -> None:
    lead = a_lead(URGENT).claimed(1, RECEIVED)
    assert Lead.model_validate_json(lead.model_dump_json()) == lead


def test_a_lead_with_a_field_of_a_later_version_is_still_read() -> None:
    lead = a_lead()
    later = lead.model_dump_json().replace('"version":1,', '"version":1,"of_a_later_version":true,', 1)
    later = later.replace('"name":"Jordan', '"nickname":"J","name":"Jordan', 1)
    assert later.count("of_a_later_version") == later.count("nickname") == 1
    assert Lead.model_validate_json(later) == lead


@pytest.mark.parametrize("answers", TIERS.values(), ids=TIERS)
def test_a_claimed_lead_is_left_alone_until_the_claim_lapses(answers: Json) -> None:
    claimed = a_lead(answers).claimed(1, RECEIVED)
    assert due(claimed, RECEIVED) is None
    assert due(claimed, RECEIVED + CLAIM_LASTS - timedelta(microseconds=1)) is None
    assert due(claimed, RECEIVED + CLAIM_LASTS) == 1


def test_the_sweep_finds_a_lead_whose_claim_lapsed() -> None:
    assert a_lead(URGENT).claimed(1, RECEIVED).escalation.next_at == RECEIVED + CLAIM_LASTS


def test_every_change_is_a_new_version_and_leaves_the_old_one_alone() -> None:
    lead = a_lead(URGENT)
    claimed = lead.claimed(1, RECEIVED)
    done = claimed.alerted(1, ladder_of(lead), RECEIVED)
    assert [each.version for each in (lead, claimed, done)] == [1, 2, 3]
    assert lead == a_lead(URGENT, lead_id=lead.lead_id)


def test_the_next_level_is_due_only_when_its_time_comes() -> None:
    lead, _ = alert(a_lead(URGENT), RECEIVED)
    assert lead.escalation.next_at == minutes(30)
    assert due(lead, minutes(29)) is None
    assert due(lead, minutes(30)) == 2


def test_after_the_last_level_the_lead_stays_open_without_alerts() -> None:
    lead = a_lead(URGENT)
    for at in (0, 30, 60):
        lead, level = alert(lead, minutes(at))
        assert level
    assert lead.escalation.next_at == NEVER
    assert due(lead, NEVER - timedelta(days=1)) is None


def test_a_level_in_open_hours_waits_for_opening() -> None:
    friday = datetime(2026, 1, 16, 22, 0, tzinfo=UTC)  # Friday, 16:00 in Chicago
    lead, _ = alert(a_lead(PRIORITY, at=friday), friday)
    assert lead.escalation.next_at == datetime(2026, 1, 19, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("answers", TIERS.values(), ids=TIERS)
@pytest.mark.parametrize("late", [timedelta(hours=1), timedelta(days=40)])
def test_after_an_outage_no_level_is_left_out(answers: Json, late: timedelta) -> None:
    lead, levels = a_lead(answers), []
    for step in range(5):
        lead, level = alert(lead, RECEIVED + late + step * CLAIM_LASTS)
        levels += [level] if level else []
    passed = [
        step for step in ladder_of(lead).steps if step.after.after(RECEIVED, HOURS) <= RECEIVED + late + 4 * CLAIM_LASTS
    ]
    assert levels == list(range(1, len(passed) + 1))


def test_a_shortened_ladder_alerts_no_missing_level() -> None:
    lead = a_lead(EMERGENCY)
    for at in (0, 5):
        lead, _ = alert(lead, minutes(at))
    assert lead.claimed(3, minutes(10)).level_due(Ladder(ladder_of(lead).steps[:2], HOURS), minutes(20)) is None
    assert a_lead(EMERGENCY).level_due(Ladder((), HOURS), minutes(20)) is None


@given(st.sampled_from(sorted(TIERS)), instants, st.lists(st.integers(0, 5_000), min_size=1, max_size=12))
def test_levels_only_rise_and_none_is_alerted_twice(tier: str, received: datetime, waits: list[int]) -> None:
    lead, at, levels = a_lead(TIERS[tier], at=received), received, []
    for wait in waits:
        at += timedelta(minutes=wait)
        assert lead.escalation.next_at is not None
        lead, level = alert(lead, at)
        if level is not None:
            levels.append(level)
            assert ladder_of(lead).steps[level - 1].after.after(received, HOURS) <= at
    assert levels == list(range(1, len(levels) + 1))


@given(st.sampled_from(sorted(TIERS)), instants)
def test_a_lead_checked_on_time_goes_through_all_levels(tier: str, received: datetime) -> None:
    lead, levels = a_lead(TIERS[tier], at=received), []
    while lead.escalation.next_at is not None and lead.escalation.next_at < NEVER:
        lead, level = alert(lead, lead.escalation.next_at)
        assert level is not None
        levels.append(level)
    assert levels == list(range(1, len(ladder_of(lead)) + 1))


def test_an_alerter_with_a_slow_clock_still_alerts_a_new_lead() -> None:
    lead = a_lead(URGENT)
    assert due(lead, RECEIVED - CLOCKS_DIFFER) == 1
    assert due(lead, RECEIVED - CLOCKS_DIFFER - timedelta(seconds=1)) is None


def test_staff_are_alerted_once_about_a_suspect_and_about_a_canary() -> None:
    lead = a_lead(URGENT)
    suspect = varied(lead, suspicion=varied(lead.assessment.suspicion, suspect=True))
    assert [len(ladder_of(each)) for each in (lead, suspect, varied(lead, source=CANARY))] == [3, 1, 1]
