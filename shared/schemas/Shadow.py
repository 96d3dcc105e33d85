"""Written by `python -m dev.schemas`."""

import shared.domain.shadow

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.shadow.Shadow,
    "schema": {
        "type": "model-fields",
        "fields": {
            "tier": {"type": "model-field", "schema": {"type": "str"}},
            "rules": {
                "type": "model-field",
                "schema": {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
            },
            "rule_set": {"type": "model-field", "schema": {"type": "str"}},
            "rule_set_version": {"type": "model-field", "schema": {"type": "str"}},
            "content_hash": {"type": "model-field", "schema": {"type": "str"}},
        },
        "model_name": "Shadow",
    },
    "config": {"title": "Shadow", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.shadow.Shadow",
}
