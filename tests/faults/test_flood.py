from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.intake.spam_signs import Sign
from tests.domain.answer_sets import HEALTHY
from tests.faults.flood_simulation import START, Clinic
from tests.faults.mail_limit import MAILS_A_SECOND, first_breach

BOTS = 4_000
TEXTED = ("EMERGENCY", "URGENT")  # as in the template's UrgentPhoneSubscription filter
PEOPLE = 16
FLOOD_LASTS = timedelta(minutes=4)
URGENT: list[dict[str, Any]] = [
    {"sys": ["fever"], "change": "yes"},
    {"ces": ["saddle-numb"], "ces-onset": "lt2w"},
    {"note": "can't walk"},
]
PERSON = (
    frozenset({Sign.GOOD_PROOF}),
    frozenset({Sign.NO_PROOF, Sign.NO_TOKEN}),
    frozenset({Sign.NO_PROOF, Sign.TRAP_FILLED}),
)
BOT = (
    frozenset({Sign.NO_TOKEN, Sign.NO_PROOF, Sign.TRAP_FILLED}),
    frozenset({Sign.TOO_QUICK, Sign.NO_PROOF}),
    frozenset({Sign.NO_TOKEN, Sign.NO_PROOF}),
)
BOT_ANSWERS: list[dict[str, Any]] = [{}, HEALTHY, {"note": "buy cheap pills"}]


@pytest.mark.slow
def test_urgent_leads_are_alerted_and_escalated_in_time_in_a_flood() -> None:
    clinic = Clinic(seed=20261122)
    arrivals = sorted(
        (START + clinic.chance.random() * FLOOD_LASTS, person) for person in [True] * PEOPLE + [False] * BOTS
    )
    people, next_sweep = [], START
    for at, person in arrivals:
        while next_sweep <= at:
            clinic.now = next_sweep
            clinic.sweep()
            next_sweep += timedelta(minutes=1)
        clinic.now = at
        answers = HEALTHY | clinic.chance.choice(URGENT) if person else clinic.chance.choice(BOT_ANSWERS)
        lead_id = clinic.submit(answers, clinic.chance.choice(PERSON if person else BOT))
        people += [lead_id] if person else []
        if not person or clinic.chance.random() < 0.5:
            clinic.stream(lead_id)
    for _ in range(62):
        clinic.now = next_sweep
        clinic.sweep()
        next_sweep += timedelta(minutes=1)

    assert first_breach(clinic.topic.mails) is None
    assert len(clinic.table.kept) == BOTS + PEOPLE
    alerts: dict[str, list[Any]] = {}
    texted = 0
    for at, alert in clinic.topic.alerts:
        alerts.setdefault(alert.lead_id, []).append((at, alert))
    for lead_id in people:
        lead = clinic.table.kept[lead_id]
        assert not lead.assessment.suspicion.suspect
        first, *later = alerts[str(lead_id)]
        assert first[0] - lead.assessment.received_at <= timedelta(minutes=2)
        assert not first[1].suspect
        assert [alert.level for _, alert in later] == [2, 3]
        texted += len(alerts[str(lead_id)])
        last_level = timedelta(minutes=10 if lead.assessment.triage.tier == "EMERGENCY" else 60)
        assert later[-1][0] - lead.assessment.received_at <= last_level + timedelta(minutes=2)
    texts = [alert for _, alert in clinic.topic.alerts if alert.tier in TEXTED and not alert.suspect]
    assert len(texts) == texted == 3 * PEOPLE, "no text message is about a bot, and each level sends one"


def test_text_messages_in_a_flood_are_about_people_only() -> None:
    clinic = Clinic(seed=7)
    people = {str(clinic.submit(HEALTHY | URGENT[0], PERSON[2])) for _ in range(5)}
    for _ in range(500):
        clinic.submit(clinic.chance.choice(BOT_ANSWERS), clinic.chance.choice(BOT))
    for lead_id in clinic.table.kept:
        clinic.stream(lead_id)

    texted = [alert for _, alert in clinic.topic.alerts if alert.tier in TEXTED and not alert.suspect]
    suspects = [alert for _, alert in clinic.topic.alerts if alert.suspect]
    assert {alert.lead_id for alert in texted} == people
    assert suspects, "suspects are alerted too, for subscribers without a filter"
    assert len(clinic.topic.mails) == len(clinic.topic.alerts) - len(suspects), "no mail is about a suspect"
    assert first_breach(clinic.topic.mails) is None


@pytest.mark.parametrize("stream", [True, False])
def test_a_flood_of_people_does_not_disable_the_mail_address(stream: bool) -> None:
    """Two hundred leads arrive at once, as from the spool after an outage."""
    clinic = Clinic(seed=9)
    leads = [clinic.submit(HEALTHY | clinic.chance.choice([{}, *URGENT]), PERSON[0]) for _ in range(200)]
    for lead_id in leads[:100] if stream else []:
        clinic.stream(lead_id)
    for _ in range(5):
        clinic.sweep()
        clinic.now += timedelta(minutes=1)

    assert first_breach(clinic.topic.mails) is None
    assert {alert.lead_id for _, alert in clinic.topic.alerts} == {str(lead_id) for lead_id in leads}
    assert clinic.topic.summaries
    assert len(clinic.topic.mails) < (130 if stream else 40)
    in_time = [at for at, alert in clinic.topic.alerts if alert.level == 1 and at - START <= timedelta(minutes=2)]
    assert len(in_time) == 200


def test_the_limit_of_mail_is_sns_rule() -> None:
    within = [START + timedelta(milliseconds=90 * number) for number in range(MAILS_A_SECOND + 1)]

    assert first_breach(within) == within[-1]
    assert first_breach(within[:-1]) is None
    assert first_breach([START + timedelta(milliseconds=100 * number) for number in range(50)]) is None
