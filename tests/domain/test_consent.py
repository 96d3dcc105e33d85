from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.domain.intake.submission import ContactEntry, Submission
from shared.domain.leads.consent import ConsentRecord, Visit, chain_intact, consent_records, revocation
from shared.domain.rules.questionnaire import hash_of
from shared.rulebook.loading import load
from tests.leads import varied

AT = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)


def records(language: str = "en", *, shown: bool = True, call: bool = False) -> tuple[ConsentRecord, ...]:
    """Returns the consent records of a submission.

    shown: whether the submission names the consent texts
    call: whether the page asked only for a phone number
    """
    rule_set = load().of_clinic("Example Spine").of("fs-intake", language)
    assert rule_set is not None
    entry = ContactEntry.model_validate({"phone": "(312) 555-0142", "email": "sample.patient@example.com"})
    texts = rule_set.questionnaire.contact.consents if shown else ()
    submission = Submission.model_validate(
        {
            "submission_id": UUID(int=1),
            "questionnaire": {"id": "fs-intake", "version": "2.0.0"},
            "answers": {},
            "contact": entry,
            "consents": {"contact": True, "marketing": True},
            "consents_shown": {text.code: hash_of(text.shown(other=False, call=call)) for text in texts},
            "page": "https://clinic.example/stenosis?name=nobody#form",
        }
    )
    return consent_records(submission, entry.checked(), rule_set.questionnaire, Visit("203.0.113.10", "Agent"), AT, "")


def test_each_consent_has_its_record_given_or_not() -> None:
    assert [(record.consent, record.given) for record in records()] == [
        ("contact", True),
        ("sms", False),
        ("marketing", True),
    ]


def test_a_record_says_what_was_shown_how_and_for_which_number() -> None:
    contact, sms, _ = records()
    assert contact.text == (
        "I agree that Example Spine may store my answers and call or e-mail me about them. "
        "E-mail may not be private. I can change my mind at any time."
    )
    assert contact.how == "a box of its own, unticked by default"
    assert contact.page == "https://clinic.example/stenosis"
    assert contact.covers == ("+13125550142", "sample.patient@example.com")
    assert sms.covers == ("+13125550142",)
    assert (contact.language, contact.questionnaire_version, contact.source_address) == ("en", "2.0.0", "203.0.113.10")


def test_consent_beside_a_number_alone_covers_no_address_that_was_typed_before() -> None:
    contact, _, marketing = records(call=True)
    assert contact.text.endswith("may store my answers and call me about them. I can change my mind at any time.")
    assert contact.covers == ("+13125550142",)
    assert marketing.covers == ("+13125550142", "sample.patient@example.com")


def test_the_text_is_the_one_of_the_visitors_language() -> None:
    english, spanish = records("en")[0], records("es")[0]
    assert spanish.language == "es"
    assert spanish.text != english.text
    assert spanish.text_hash != english.text_hash


def test_a_page_that_reports_no_consent_text_is_recorded_as_such() -> None:
    unknown = records(shown=False)
    assert [(record.consent, record.given, record.text) for record in unknown] == [
        ("contact", True, ""),
        ("marketing", True, ""),
    ]
    assert unknown[0].how == "given on a page that did not say which text it showed"


@pytest.mark.parametrize(
    "change",
    [{"given": True}, {"text": "another"}, {"at": datetime(2026, 1, 15, tzinfo=UTC)}, {"covers": ("+13125550199",)}],
)
def test_any_change_breaks_the_chain(change: dict[str, object]) -> None:
    chain = list(records())
    assert chain_intact(chain)
    chain[1] = varied(chain[1], **change)
    assert not chain_intact(chain)


def test_a_removed_or_moved_record_breaks_the_chain() -> None:
    first, second, third = records()
    assert not chain_intact([first, third])
    assert not chain_intact([second, first, third])
    assert not chain_intact([second, third])


def test_a_revocation_is_one_more_record() -> None:
    chain = records()
    ended = revocation(chain[0], "asked by phone to stop", AT, chain[-1].hash)
    assert chain_intact([*chain, ended])
    assert (ended.consent, ended.given, ended.how) == ("contact", False, "revoked: asked by phone to stop")


def test_a_form_for_somebody_else_has_a_text_of_its_own() -> None:
    rule_set = load().of_clinic("Example Spine").of("fs-intake")
    assert rule_set is not None
    consent = rule_set.questionnaire.contact.consents[0]
    shown = next(text_hash for text_hash, text in consent.texts.items() if text == consent.text_other)
    submission = Submission.model_validate(
        {
            "submission_id": UUID(int=1),
            "questionnaire": {"id": "fs-intake", "version": "2.0.0"},
            "answers": {"who": "caregiver"},
            "contact": {"phone": "(312) 555-0142"},
            "consents": {"contact": True},
            "consents_shown": {"contact": shown},
        }
    )
    assert submission.contact is not None
    (record,) = consent_records(
        submission, submission.contact.checked(), rule_set.questionnaire, Visit("203.0.113.10", "Agent"), AT, ""
    )
    assert (record.text, record.text_hash) == (consent.text_other, shown)
    assert "the person I help, who agrees" in record.text


def test_who_is_asked_for_a_number_alone_agrees_to_calls_alone() -> None:
    rule_set = load().of("fs-intake")
    assert rule_set is not None
    contact, sms, _ = rule_set.questionnaire.contact.consents
    shown = [contact.shown(other=other, call=call) for other in (False, True) for call in (False, True)]
    assert [("e-mail" in text, "who agrees" in text) for text in shown] == [
        (True, False),
        (False, False),
        (True, True),
        (False, True),
    ]
    assert sorted(contact.texts.values()) == sorted(shown)
    assert sms.shown(other=True, call=True) == sms.text
