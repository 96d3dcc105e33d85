"""Tests that messages to visitors promise nothing that the clinic does not do."""

from __future__ import annotations

import re

import pytest

from shared.domain.rules.triage import RuleSet
from shared.rulebook.loading import load

RULEBOOK = load()
LANGUAGES = RULEBOOK.languages("fs-intake")
OUR_CALL = {
    "en": r"\b(we|team|clinic|nurse|someone|person)\b[^.?]*\b(will|needs? to)\b[^.?]*\b(call|talk|reach|phone)\b"
    r"|\b(our|a) call\b|\bhear[sd]? from us\b",
    "es": r"\bl[aeo]s? (llamar|hablar)(á|án|emos)\b|\bnecesitan? hablar con usted\b|\bva(mos)? a llamarle?\b"
    r"|\b(tratar|intentar)(á|án|emos)( de)? (comunicarse|llamarle)\b|\bsabido de nosotros\b|\bnuestra llamada\b",
}
TODAY = {"en": r"\b(today|tonight|same day)\b", "es": r"\b(hoy|esta (tarde|noche))\b"}


def rule_set_in(language: str) -> RuleSet:
    rule_set = RULEBOOK.of("fs-intake", language)
    assert rule_set is not None
    assert rule_set.questionnaire.language == language
    return rule_set


def promises_call(text: str, language: str) -> bool:
    return bool(re.search(OUR_CALL[language], text, re.IGNORECASE))


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+", text)


def test_every_language_has_its_patterns() -> None:
    assert set(LANGUAGES) == OUR_CALL.keys() == TODAY.keys()


@pytest.mark.parametrize(
    ("language", "text", "promise"),
    [
        ("en", "A member of our clinical team will read your answers and call you soon.", True),
        ("en", "Someone from our clinic needs to talk with you today.", True),
        ("en", "If you have not heard from us in 4 hours, go.", True),
        ("en", "We will write to you by Monday.", False),
        ("en", "Do not wait for us to call.", False),
        ("en", "Call the child's doctor now.", False),
        ("es", "Una persona de nuestro equipo le llamará.", True),
        ("es", "Le llamaremos hoy.", True),
        ("es", "Una persona también tratará de comunicarse con usted.", True),
        ("es", "Le escribiremos en un plazo de 2 días.", False),
        ("es", "Llame al 911 ahora mismo. No espere a que le llamemos.", False),
    ],
)
def test_a_promise_of_a_call_is_recognised(language: str, text: str, promise: bool) -> None:
    assert promises_call(text, language) is promise


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_usual_texts_of_the_tiers_do_promise_a_call(language: str) -> None:
    messages = rule_set_in(language).messages
    calls = {message.id for message in messages.values() if promises_call(message.text, language)}
    assert {
        *("M-P", "M-P-PREG", "M-CALLBACK", "M-NF-EARLY", "M-E-CRISIS"),
        *("M-U-HEART", "M-U-CES", "M-U-NEURO", "M-U-MED", "M-U-TRAUMA", "M-U-UNSURE"),
    } == calls


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_call_is_promised_without_a_phone_number(language: str) -> None:
    for message in rule_set_in(language).messages.values():
        text = message.text if message.no_number_text is None else message.no_number_text
        assert not promises_call(text, language), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_call_is_promised_in_a_tier_that_alerts_nobody(language: str) -> None:
    rule_set = rule_set_in(language)
    silent = {tier.name for tier in rule_set.tiers.values() if not tier.usual.ladder}
    assert silent == {"NOT_A_FIT"}
    shown = {
        *(rule.message for rule in rule_set.safety if rule.floor in silent),
        *(rule.message for rule in rule_set.not_fit if rule.tier in silent),
        *(rule_set.tiers[tier].message for tier in silent),
        rule_set.net,
    }
    assert {"M-NF-MINOR", "M-NF-GUARDIAN", "M-NF-REGION", "M-NET"} <= shown
    for message in filter(None, shown):
        texts = filter(None, rule_set.messages[message][1:4])
        assert not any(promises_call(text, language) for text in texts), message


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_closed_clinic_promises_no_call_of_its_own_today(language: str) -> None:
    for message in rule_set_in(language).messages.values():
        text = message.text if message.closed_text is None else message.closed_text
        for sentence in sentences(text):
            today = re.search(TODAY[language], sentence, re.IGNORECASE)
            assert not (today and promises_call(sentence, language)), (message.id, sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_urgent_message_that_promises_a_call_has_texts_for_a_closed_clinic(language: str) -> None:
    rule_set = rule_set_in(language)
    for rule in rule_set.safety:
        message = rule_set.messages[rule.message] if rule.message else None
        if rule.floor == "URGENT" and message and promises_call(message.text, language):
            assert message.closed_text, message.id
            assert message.no_number_text, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_crisis_stands_alone(language: str) -> None:
    rule_set = rule_set_in(language)
    assert [message.id for message in rule_set.messages.values() if message.alone] == ["M-E-CRISIS"]
    assert not rule_set.messages[rule_set.net].alone


@pytest.mark.parametrize("language", LANGUAGES)
def test_urgent_care_is_never_advised_for_cauda_equina(language: str) -> None:
    messages = rule_set_in(language).messages
    for message in (messages["M-E-CES"], messages["M-U-CES"]):
        texts = " ".join(filter(None, (message.text, message.closed_text, message.no_number_text)))
        assert "urgent care" not in texts.lower()  # urgent care has no MRI


@pytest.mark.parametrize(("language", "warning"), [("en", "do not drive|don't drive"), ("es", "no maneje")])
def test_whoever_may_hurt_themselves_on_the_way_is_told_not_to_drive(language: str, warning: str) -> None:
    messages = rule_set_in(language).messages
    for name in ("M-E-HEART", "M-E-CES", "M-E-NEURO", "M-E-TRAUMA", "M-E-BLEED"):
        assert re.search(warning, messages[name].text, re.IGNORECASE), name
