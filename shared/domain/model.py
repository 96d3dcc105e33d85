"""Base classes of what is checked: what comes in from outside, and what is stored.

Values that are only passed around are frozen dataclasses. A checked class is built when it is first used
(`defer_build`), so that a function pays for those that it needs.
"""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """What comes in from outside: frozen, unknown fields are refused, and errors never repeat a value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, defer_build=True
    )


class Stored(BaseModel):
    """What is written down: frozen, and unknown fields are ignored, so that a rollback can read what is newer."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)
