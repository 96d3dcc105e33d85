"""Tests that every field of a lead belongs to one of its parts, and is stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, is_dataclass, replace

import pytest
from pydantic import BaseModel, ValidationError

from shared.domain.leads.erasure import erased, trail_only
from shared.domain.leads.history import WorkState
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_summary import LeadSummary, summary_json
from shared.domain.model import Model, Stored
from tests.functions.calls import EMERGENCY, URGENT
from tests.leads import PERSON_KEY, RECEIVED, a_lead, varied

PARTS = ("submitted", "assessment", "escalation", "work", "mail")


def test_every_field_of_a_lead_belongs_to_one_part() -> None:
    lead = a_lead(URGENT)
    parts = {part: [field.name for field in fields(getattr(lead, part))] for part in PARTS}
    own = [name for name in Lead.model_fields if name not in PARTS]
    counted = Counter([*own, *(name for names in parts.values() for name in names)])
    assert {name for name, count in counted.items() if count > 1} == set()
    assert set(own) == {
        *("lead_id", "version", "reference", "source"),
        *("history", "earlier", "answers_removed_at"),
    }


@pytest.mark.parametrize("lead", [a_lead(URGENT), a_lead(EMERGENCY, complete=False), varied(a_lead(), attempts=3)])
def test_a_lead_is_read_back_as_it_was_stored(lead: Lead) -> None:
    assert Lead.model_validate_json(lead.as_json()) == lead


@pytest.mark.parametrize(
    "stored",
    [
        *(a_lead(URGENT), a_lead(EMERGENCY, complete=False), varied(a_lead(), work=WorkState(attempts=3))),
        *(
            erased(a_lead(), "s-1", RECEIVED, PERSON_KEY),
            trail_only(a_lead(URGENT), RECEIVED),
        ),
    ],
)
def test_what_is_written_without_the_schema_is_what_the_schema_writes(stored: Stored) -> None:
    assert stored.as_json() == stored.model_dump_json()


def test_a_summary_is_read_back_as_it_was_stored() -> None:
    for lead in (a_lead(URGENT), varied(a_lead(), work=WorkState("acknowledged", owner="s-1"))):
        summary, stored = LeadSummary.of(lead), summary_json(lead)
        assert stored == summary.model_dump_json(exclude_defaults=True)
        assert LeadSummary.model_validate_json(stored) == summary


@pytest.mark.parametrize("made", [a_lead(URGENT), a_lead(EMERGENCY, complete=False), LeadSummary.of(a_lead())])
def test_a_value_made_without_validation_would_pass_it(made: Stored) -> None:
    """Validates every part strictly, so a number where a text is expected is an error."""
    assert type(made).model_validate_json(made.model_dump_json(warnings="error"), strict=True) == made


def test_a_field_added_to_a_lead_is_stored_and_read_back() -> None:
    class Longer(Lead):
        room: str = ""

    lead = Longer(**dict(a_lead(URGENT)), room="3b")
    assert Longer.model_validate_json(lead.as_json()).room == "3b"
    assert Longer.model_validate_json(a_lead(URGENT).model_dump_json()).room == ""


def test_a_field_added_to_a_part_is_stored_and_read_back() -> None:
    @dataclass(frozen=True, slots=True)
    class LongerWork(WorkState):
        booked_for: str = ""

    class Longer(Lead):
        work: LongerWork = LongerWork()

    lead = Longer(**dict(a_lead(URGENT)) | {"work": LongerWork(booked_for="Tuesday")})
    assert Longer.model_validate_json(lead.as_json()).work.booked_for == "Tuesday"
    assert Longer.model_validate_json(a_lead(URGENT).model_dump_json()).work.booked_for == ""


def test_fields_of_a_newer_version_are_ignored() -> None:
    stored = a_lead(URGENT).model_dump_json().replace('"work":{', '"room":"3b","work":{"booked_for":"Tuesday",', 1)
    assert Lead.model_validate_json(stored).work == WorkState()


def test_stored_values_are_frozen_and_refuse_the_wrong_type() -> None:
    lead = a_lead(URGENT)
    with pytest.raises(ValidationError, match="frozen"):
        lead.version = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        lead.work.status = "closed"  # type: ignore[misc]
    spoilt = lead.model_dump(mode="json")
    spoilt["escalation"]["alert_due"] = "soon"
    with pytest.raises(ValidationError, match=r"escalation\.alert_due"):
        Lead.model_validate(spoilt)


@pytest.mark.parametrize(
    "stored", [a_lead(URGENT), erased(a_lead(), "s-1", RECEIVED, PERSON_KEY), LeadSummary.of(a_lead())]
)
def test_errors_never_quote_stored_values(stored: Stored) -> None:
    spoilt = {name: ["canary-value"] for name in type(stored).model_fields}
    with pytest.raises(ValidationError) as failure:
        type(stored).model_validate(spoilt)
    assert "canary-value" not in str(failure.value)


def test_parts_are_frozen_dataclasses() -> None:
    lead = a_lead(URGENT)
    assert all(is_dataclass(getattr(lead, part)) for part in PARTS)
    assert replace(lead.work, attempts=1) != lead.work


@pytest.mark.parametrize("model", [Model, Stored])
def test_models_hide_input_and_build_when_first_used(model: type[BaseModel]) -> None:
    assert model.model_config["hide_input_in_errors"]
    assert model.model_config["defer_build"]
