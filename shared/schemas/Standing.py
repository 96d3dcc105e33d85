"""Written by `python -m dev.schemas`."""

import shared.domain.history

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.history.Standing,
    "schema": {
        "type": "model-fields",
        "fields": {
            "status": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "literal", "expected": ["new", "acknowledged", "booked", "closed"]},
                    "default": "new",
                },
            },
            "owner": {"type": "model-field", "schema": {"type": "default", "schema": {"type": "str"}, "default": ""}},
            "owner_name": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
            },
            "acknowledged_at": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {"type": "datetime", "microseconds_precision": "truncate"},
                    },
                    "default": None,
                },
            },
            "closed_reason": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
            },
            "closed_at": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {"type": "datetime", "microseconds_precision": "truncate"},
                    },
                    "default": None,
                },
            },
        },
        "model_name": "Standing",
    },
    "config": {"title": "Standing", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.history.Standing",
}
