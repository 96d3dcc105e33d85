"""Written by `python -m dev.schemas`."""

import shared.domain.advice

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.advice.ShownMessage,
    "schema": {
        "type": "model-fields",
        "fields": {
            "id": {"type": "model-field", "schema": {"type": "str"}},
            "text": {"type": "model-field", "schema": {"type": "str"}},
        },
        "model_name": "ShownMessage",
    },
    "config": {"title": "ShownMessage", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.advice.ShownMessage",
}
