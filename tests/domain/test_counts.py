"""Tests that counts stay exact if changes are processed twice, late or concurrently."""

from __future__ import annotations

import random
import re
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import NotAllowed
from shared.domain.leads.calls import first_call_at
from shared.domain.leads.counts import Counted, campaign, change, counted, rounded_minutes, untaken_leads
from shared.domain.leads.history import HistoryEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.report import Figures, ReportQuery, report
from shared.domain.leads.staff import ADMIN, DESK, MANAGER, Staff
from shared.domain.rules.triage import RuleSet
from shared.formats.report_csv import FEWEST, HIDDEN, hidden_of, report_csv
from shared.usecases.counting import Counting, count_lead, make_report
from shared.usecases.ports import RuleSets
from tests.counts import CountsInMemory
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT
from tests.leads import HOURS, PERSON_KEY, RECEIVED, RULEBOOK, LeadsInMemory, a_lead, varied

BASES = [a_lead(answers) for answers in (EMERGENCY, URGENT, PRIORITY, ROUTINE, NOT_A_FIT)]
TIERS = RULEBOOK.tier_names
RULES = RULEBOOK.rule_sets.values()
FIRST, LAST = date(2026, 1, 14), date(2026, 1, 24)
LATER = datetime(2026, 3, 1, tzinfo=UTC)


class NoRules:
    """A rulebook without rule sets."""

    tier_names = TIERS
    rule_sets: Mapping[str, RuleSet] = MappingProxyType({})

    def of(self, _questionnaire_id: str, _language: str = "") -> None:
        return None


def count_all(
    lead_ids: list[UUID], leads: LeadsInMemory, counts: CountsInMemory, rules: RuleSets | None = None
) -> None:
    counting = Counting(leads, counts, rules or NoRules(), HOURS, PERSON_KEY)
    for lead_id in lead_ids:
        count_lead(lead_id, counting)


def simulated(chance: random.Random, number: int) -> list[Lead]:
    base = chance.choice(BASES)
    at = RECEIVED + timedelta(minutes=chance.randrange(10 * 24 * 60))
    lead = varied(
        base,
        lead_id=UUID(int=number),
        received_at=at,
        deadline=at + timedelta(minutes=240) if base.escalation.deadline else None,
        source=chance.choice(["form", "callback", "google-ads"]),
        attribution={"utm_campaign": chance.choice(["spring", "knees", "a|b"])} if chance.random() < 0.7 else {},
        suspicion=varied(base.assessment.suspicion, suspect=chance.random() < 0.05),
    )
    versions = [lead]
    for version in range(2, 2 + chance.randrange(4)):
        at += timedelta(minutes=chance.randrange(300))
        versions.append(_worked(versions[-1], version, at, chance))
    return versions


def _worked(lead: Lead, version: int, at: datetime, chance: random.Random) -> Lead:
    work = lead.work
    action = chance.choice(["acknowledge", "contact_attempt", "book", "close"])
    owned = work if work.owner else replace(work, owner="n", acknowledged_at=at, status="acknowledged")
    entry = HistoryEntry(at, "n", "nurse", action, version)
    if action == "contact_attempt":
        work = replace(work, attempts=work.attempts + 1)
    else:
        status = {"acknowledge": "acknowledged", "book": "booked", "close": "closed"}[action]
        work = replace(owned, status=status, closed_at=None if action == "acknowledge" else at)  # type: ignore[arg-type]
    return varied(lead, version=version, work=work, history=(*lead.history, entry))


def figures(name: str, leads: list[Lead], *, medians: bool = True) -> Figures:
    """Computes figures directly from the leads. `medians=False` leaves out acknowledgements and medians."""
    calls = {lead.lead_id: first_call_at(lead) for lead in leads}
    due = [lead for lead in leads if lead.escalation.deadline]
    in_time = [lead for lead in due if (call := calls[lead.lead_id]) and call <= (lead.escalation.deadline or call)]
    taken = [rounded_minutes(lead.assessment.received_at, at) for lead in leads if (at := lead.work.acknowledged_at)]
    called = [rounded_minutes(lead.assessment.received_at, at) for lead in leads if (at := calls[lead.lead_id])]
    return Figures(
        name,
        len(leads),
        len(taken) if medians else 0,
        len(due),
        len(called),
        len(in_time),
        sum(lead.work.status == "booked" for lead in leads),
        statistics.median_low(taken) if taken and medians else None,
        statistics.median_low(called) if called and medians else None,
    )


def test_the_report_equals_a_count_of_10_000_simulated_leads() -> None:
    chance = random.Random(7)
    leads = LeadsInMemory()

    def meanwhile(lead_id: UUID) -> None:
        if not nested and chance.random() < 0.05:
            nested.append(lead_id)
            count_all([lead_id], leads, counts)
            nested.clear()

    nested: list[UUID] = []
    counts = CountsInMemory(meanwhile)
    changes = [version for number in range(10_000) for version in simulated(chance, number)]
    chance.shuffle(changes)
    for changed in changes:
        stored = leads.kept.get(changed.lead_id)
        leads.kept[changed.lead_id] = stored if stored and stored.version > changed.version else changed
        if chance.random() < 0.3:  # the stream loses the other changes, or delivers them late
            count_all([changed.lead_id] * chance.choice([1, 1, 2]), leads, counts)
    count_all(list(leads.kept), leads, counts)

    kept = list(leads.kept.values())
    people = [lead for lead in kept if not lead.assessment.suspicion.suspect]
    found = report(FIRST, LAST, counts.days(FIRST, LAST), RULES, LATER)
    assert found.total == figures("all", people)
    assert found.tiers == tuple(figures(tier, [lead for lead in people if lead.tier == tier]) for tier in TIERS)
    assert set(found.sources) == {
        figures(name, [lead for lead in people if lead.source == name]) for name in ("form", "callback", "google-ads")
    }
    assert set(found.campaigns) == {
        figures(name, [lead for lead in people if campaign(lead) == name], medians=False)
        for name in ("(none)", "spring", "knees", "a b")
    }
    days = Counter(lead.assessment.received_at.astimezone(HOURS.zone).date() for lead in people)
    assert {each.day: each.leads for each in found.days} == days
    assert found.suspects == len(kept) - len(people)
    waiting = Counter(
        ("taken" if lead.work.status == "acknowledged" else "untaken", lead.tier) for lead in kept if lead.needs_someone
    )
    assert {cell: number for cell, number in counts.waiting.items() if number} == waiting


def test_an_erased_lead_leaves_the_counts_of_its_day_and_nothing_else() -> None:
    leads, counts = LeadsInMemory(), CountsInMemory()
    lead = a_lead(URGENT, contact={"name": "Zo\u00eb Lopez", "phone": "(312) 555-0147"})
    leads.add(lead)
    count_all([lead.lead_id], leads, counts)
    before = dict(counts.by_day["2026-01-14"])
    assert counts.waiting["untaken", "URGENT"] == 1
    assert any(counts.search.values())
    del leads.kept[lead.lead_id]
    count_all([lead.lead_id], leads, counts)
    assert (counts.leads, counts.waiting["untaken", "URGENT"], counts.by_day["2026-01-14"]) == ({}, 0, before)
    assert not any(counts.search.values())


def test_removing_the_answers_changes_no_count_of_a_day() -> None:
    leads, counts = LeadsInMemory(), CountsInMemory()
    lead = a_lead(URGENT)
    leads.add(lead)
    count_all([lead.lead_id], leads, counts, RULEBOOK)
    before = dict(counts.by_day["2026-01-14"])
    for version in (2, 3):
        leads.kept[lead.lead_id] = varied(lead, version=version, answers_removed_at=RECEIVED, source="callback")
        count_all([lead.lead_id], leads, counts, RULEBOOK)
    assert counts.by_day["2026-01-14"] == before
    assert counts.leads[lead.lead_id].cells == frozenset()


def test_the_only_cause_of_a_tier_stays_when_the_rules_change() -> None:
    lead = a_lead(URGENT)
    rules = RULEBOOK.rule_sets["fs-intake"]
    first = counted(lead, rules, HOURS.zone, PERSON_KEY, None)
    [rule] = [cell for cell in first.cells if cell[0] == "rule"]
    assert rule[2] == "URGENT"
    assert rule[1] in {each.id for each in lead.assessment.triage.safety_rules}
    later = counted(lead, rules._replace(version="9.9.9"), HOURS.zone, PERSON_KEY, first)
    assert (later, change(first, later).days) == (first, {})


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=40), st.integers(1, 10), st.booleans())
def test_untaken_leads_of_the_first_page_are_exact(rows: list[tuple[int, bool]], page: int, lost: bool) -> None:
    """If stored counts are lost, only the page's last tier may be counted too low."""
    ordered = [(TIERS[tier], taken) for tier, taken in sorted(rows, key=lambda row: (row[1], row[0]))]
    truth = Counter(tier for tier, taken in ordered if not taken)
    kept = {} if lost else dict(truth)
    shown, all_listed = ordered[:page], len(ordered) <= page
    found = untaken_leads(shown, all_listed=all_listed, kept=kept)
    if not lost or all_listed:
        assert {tier: count for tier, count in found.items() if count} == truth
    seen = [tier for tier, taken in shown if not taken]
    for tier in seen:
        assert found[tier] >= seen.count(tier)
        assert tier == seen[-1] or found[tier] == truth[tier]


@pytest.mark.parametrize(("minutes", "rounded"), [(0, 0), (99, 99), (119, 110), (1234, 1200), (99_999, 99_000)])
def test_long_times_are_rounded_to_two_digits(minutes: int, rounded: int) -> None:
    assert rounded_minutes(RECEIVED, RECEIVED + timedelta(minutes=minutes, seconds=59)) == rounded
    assert rounded_minutes(RECEIVED, RECEIVED - timedelta(minutes=5)) == 0


def counts_of(*versions: Lead, rules: RuleSets = RULEBOOK) -> CountsInMemory:
    leads, counts = LeadsInMemory(), CountsInMemory()
    for lead in versions:
        leads.kept[lead.lead_id] = lead
    count_all(list(leads.kept), leads, counts, rules)
    return counts


def test_a_lead_is_due_and_called_in_time_once_the_hour_of_its_deadline_is_over() -> None:
    lead = a_lead(URGENT)
    call = HistoryEntry(RECEIVED + timedelta(minutes=5), "n", "nurse", "contact_attempt", 2)
    called = varied(lead, lead_id=UUID(int=1), version=2, history=(call,))
    counts = counts_of(lead, called)

    def figures_at(hours: float) -> list[tuple[int, int]]:
        found = report(FIRST, FIRST, counts.days(FIRST, FIRST), RULES, RECEIVED + timedelta(hours=hours))
        return [
            (each.called_in_time, each.due) for each in (found.total, *found.tiers, *found.sources, *found.campaigns)
        ]

    assert figures_at(4.9) == [(0, 0)] * 4
    assert figures_at(5) == [(1, 2)] * 4


@pytest.mark.parametrize(("number", "median"), [(4, HIDDEN), (5, "5")])
def test_the_agency_reads_how_long_calls_took_from_five_calls_up(number: int, median: str) -> None:
    call = HistoryEntry(RECEIVED + timedelta(minutes=5), "n", "nurse", "contact_attempt", 2)
    leads = [varied(a_lead(URGENT), lead_id=UUID(int=each)) for each in range(9)]
    leads[:number] = [varied(lead, version=2, history=(call,)) for lead in leads[:number]]
    counts = counts_of(*leads)
    text = report_csv(report(FIRST, FIRST, counts.days(FIRST, FIRST), RULES, RECEIVED + timedelta(hours=9)))
    [line] = [line for line in text.splitlines() if line.startswith('"source"')]
    assert line.split(",")[-1] == f'"{median}"'


@pytest.mark.parametrize(("number", "shown"), [(19, False), (20, True)])
def test_rules_are_shown_from_twenty_leads_up(number: int, shown: bool) -> None:
    base = a_lead(URGENT)
    counts = counts_of(*(varied(base, lead_id=UUID(int=each)) for each in range(number)))
    found = report(FIRST, FIRST, counts.days(FIRST, FIRST), RULES, LATER)
    assert [(each.tier, each.leads) for each in found.rules] == ([("URGENT", 20)] if shown else [])
    assert all(each.reason for each in found.rules)


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=12))
def test_no_figure_under_five_can_be_found_by_subtraction(cells: list[tuple[int, bool]]) -> None:
    numbers = [number for number, _ in cells]
    already = frozenset(place for place, (_, hidden) in enumerate(cells) if hidden)
    hidden = hidden_of(numbers, already)
    assert already <= hidden
    assert not [number for place, number in enumerate(numbers) if 0 < number < FEWEST and place not in hidden]
    rest = sum(numbers[place] for place in hidden)
    assert rest == 0 or rest >= FEWEST or not [n for place, n in enumerate(numbers) if n and place not in hidden]


@pytest.mark.parametrize(("numbers", "hidden"), [((2, 3, 9), {0, 1}), ((1, 3, 9), {0, 1, 2}), ((0, 5, 9), set())])
def test_no_more_is_hidden_than_subtraction_needs(numbers: tuple[int, ...], hidden: set[int]) -> None:
    assert hidden_of(numbers) == hidden


def test_the_agency_sees_no_figure_of_one_to_four() -> None:
    base = a_lead(URGENT)
    leads = [varied(base, lead_id=UUID(int=each), attribution={"utm_campaign": "spring"}) for each in range(12)]
    leads += [varied(base, lead_id=UUID(int=each), attribution={"utm_campaign": "=knees"}) for each in range(20, 23)]
    leads += [varied(base, lead_id=UUID(int=each), source="callback") for each in range(30, 36)]
    booked = {"status": "booked", "owner": "n", "acknowledged_at": RECEIVED, "closed_at": RECEIVED}
    leads[:2] = [varied(lead, **booked) for lead in leads[:2]]
    leads[-5:] = [varied(lead, **booked) for lead in leads[-5:]]
    counts = counts_of(*leads)
    text = report_csv(report(FIRST, FIRST, counts.days(FIRST, FIRST), RULES, LATER))
    assert '"tier","URGENT","21","21","0","7","0",""' in text
    # The number is hidden, because only two leads were booked.
    assert f'"source","form","15","15","0","{HIDDEN}","{HIDDEN}",""' in text
    # The number is hidden, because subtraction would reveal the two booked leads above.
    assert f'"source","callback","6","6","0","{HIDDEN}","0",""' in text
    assert f'"campaign","\'=knees","{HIDDEN}","","","","",""' in text
    # The number is hidden, because subtraction would reveal the other campaign's number.
    assert f'"campaign","newsletter / spring","{HIDDEN}","","","","",""' in text
    assert not re.search(r'"[1-4]"', text)


def test_the_agency_reads_no_calls_in_time_unless_five_were_due() -> None:
    leads = [varied(a_lead(URGENT), lead_id=UUID(int=each)) for each in range(3)]
    leads += [varied(a_lead(ROUTINE), lead_id=UUID(int=each)) for each in range(10, 19)]
    leads += [varied(a_lead(ROUTINE), lead_id=UUID(int=each), source="callback") for each in range(20, 28)]
    leads += [varied(a_lead(URGENT), lead_id=UUID(int=each), source="google-ads") for each in range(30, 36)]
    counts = counts_of(*leads)
    text = report_csv(report(FIRST, FIRST, counts.days(FIRST, FIRST), RULES, RECEIVED + timedelta(hours=5)))
    assert '"source","callback","8","0","","0","",""' in text
    # Only three calls were due.
    assert f'"source","form","12","{HIDDEN}","{HIDDEN}","0","",""' in text
    assert f'"source","google-ads","6","{HIDDEN}","{HIDDEN}","0","",""' in text


@pytest.mark.parametrize(("group", "allowed"), [(DESK, False), (MANAGER, True), (ADMIN, True)])
def test_managers_and_administrators_read_the_report(group: str, allowed: bool) -> None:
    staff = Staff("s", "somebody", frozenset({group}))
    query = ReportQuery()
    if allowed:
        assert make_report(query, staff, CountsInMemory(), RULEBOOK, HOURS, RECEIVED).total.leads == 0
    else:
        with pytest.raises(NotAllowed):
            make_report(query, staff, CountsInMemory(), RULEBOOK, HOURS, RECEIVED)


def test_what_a_canary_counts_for_is_nothing() -> None:
    assert counted(varied(BASES[0], source="canary"), None, HOURS.zone, PERSON_KEY, None) == Counted()
