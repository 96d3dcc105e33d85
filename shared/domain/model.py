"""Pydantic base classes for values that are validated: input from outside, and what is stored.

All other values are frozen dataclasses. `defer_build` builds a model when it is first used, so that a function pays
only for the models that it needs.
"""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Input from outside. Frozen; refuses unknown fields; its errors never quote a value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, defer_build=True
    )


class Stored(BaseModel):
    """A stored value. Frozen; ignores unknown fields, so that code that was rolled back can read newer data."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)
