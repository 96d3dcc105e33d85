"""Written by `python -m dev.schemas`."""

import shared.domain.triage

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.triage.FiredRule,
    "schema": {
        "type": "model-fields",
        "fields": {
            "id": {"type": "model-field", "schema": {"type": "str"}},
            "reason": {"type": "model-field", "schema": {"type": "str"}},
            "sources": {
                "type": "model-field",
                "schema": {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
            },
        },
        "model_name": "FiredRule",
    },
    "config": {"title": "FiredRule", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.triage.FiredRule",
}
