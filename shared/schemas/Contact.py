"""Written by `python -m dev.schemas`."""

import shared.domain.submission

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.submission.Contact,
    "schema": {
        "type": "model-fields",
        "fields": {
            "name": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
            "phone": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
            "email": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
            "postal": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
            "preference": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
            "best_time": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
        },
        "model_name": "Contact",
    },
    "config": {"title": "Contact", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.submission.Contact",
}
