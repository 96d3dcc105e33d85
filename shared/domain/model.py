"""Defines the pydantic base classes for validated values: input from outside, and stored values.

`defer_build` builds a model on first use, so that a cold start builds only the models that it needs.
"""

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json


class Model(BaseModel):
    """The base class of input from outside. Refuses unknown fields. Its validation errors never quote a value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, defer_build=True
    )


class Stored(BaseModel):
    """The base class of stored values. Ignores unknown fields, so that older code can read newer data after a rollback.

    The service creates values by `model_construct`, whose arguments mypy checks, and writes them by `as_json`. Both
    avoid building the model's schema, which takes a twentieth of a cold start.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)

    def as_json(self) -> str:
        """Returns the same JSON as `model_dump_json`."""
        return to_json(vars(self)).decode()
