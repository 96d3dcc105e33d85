"""Written by `python -m dev.schemas`."""

import shared.domain.consent

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.consent.ConsentRecord,
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
            "page": {"type": "model-field", "schema": {"type": "str"}},
            "covers": {
                "type": "model-field",
                "schema": {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
            },
            "at": {"type": "model-field", "schema": {"type": "datetime", "microseconds_precision": "truncate"}},
            "source_address": {"type": "model-field", "schema": {"type": "str"}},
            "user_agent": {"type": "model-field", "schema": {"type": "str"}},
            "previous": {"type": "model-field", "schema": {"type": "str"}},
            "hash": {"type": "model-field", "schema": {"type": "default", "schema": {"type": "str"}, "default": ""}},
        },
        "model_name": "ConsentRecord",
    },
    "config": {"title": "ConsentRecord", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.consent.ConsentRecord",
}
