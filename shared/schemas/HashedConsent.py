"""Written by `python -m dev.schemas`."""

import shared.domain.retention

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.retention.HashedConsent,
    "schema": {
        "type": "model-fields",
        "fields": {
            "consent": {"type": "model-field", "schema": {"type": "str"}},
            "given": {"type": "model-field", "schema": {"type": "bool"}},
            "text": {"type": "model-field", "schema": {"type": "str"}},
            "text_hash": {"type": "model-field", "schema": {"type": "str"}},
            "questionnaire": {"type": "model-field", "schema": {"type": "str"}},
            "questionnaire_version": {"type": "model-field", "schema": {"type": "str"}},
            "language": {"type": "model-field", "schema": {"type": "str"}},
            "how": {"type": "model-field", "schema": {"type": "str"}},
            "covers": {
                "type": "model-field",
                "schema": {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
            },
            "at": {"type": "model-field", "schema": {"type": "datetime", "microseconds_precision": "truncate"}},
            "hash": {"type": "model-field", "schema": {"type": "str"}},
        },
        "model_name": "HashedConsent",
    },
    "config": {"title": "HashedConsent", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.retention.HashedConsent",
}
