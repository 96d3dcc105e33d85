"""Defines the pydantic base classes of input and of stored values.

`defer_build` shortens a cold start, because it builds a model on first use.
"""

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json


class Model(BaseModel):
    """The base class of input, whose validation errors must not quote what a patient entered."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, defer_build=True
    )


class Stored(BaseModel):
    """The base class of stored values.

    Unknown fields are ignored, so that older code can read newer data after a rollback.
    `model_construct` and `as_json` avoid building the schema, which slows a cold start.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)

    def as_json(self) -> str:
        return to_json(vars(self)).decode()
