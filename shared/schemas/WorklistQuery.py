"""Written by `python -m dev.schemas`."""

import shared.domain.worklist

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.worklist.WorklistQuery,
    "schema": {
        "type": "model-fields",
        "fields": {
            "view": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "literal", "expected": ["open", "mine", "closed"]},
                    "default": "open",
                },
            },
            "tier": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str", "max_length": 40}},
                    "default": None,
                },
            },
            "suspect": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "bool"}},
                    "default": None,
                },
            },
            "cursor": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str", "max_length": 300}},
                    "default": None,
                },
            },
        },
        "model_name": "WorklistQuery",
    },
    "config": {
        "title": "WorklistQuery",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.worklist.WorklistQuery",
}
