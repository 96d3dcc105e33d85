"""Written by `python -m dev.schemas`."""

import shared.domain.export
import shared.domain.reading

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.export.ExportQuery,
    "schema": {
        "type": "model-fields",
        "fields": {
            "format": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "literal", "expected": ["csv", "fhir"]},
                    "default": "csv",
                },
            },
            "first": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-before",
                            "function": {"type": "no-info", "function": shared.domain.reading.read_day},
                            "schema": {"type": "date"},
                        },
                    },
                    "default": None,
                },
                "validation_alias": "from",
            },
            "last": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-before",
                            "function": {"type": "no-info", "function": shared.domain.reading.read_day},
                            "schema": {"type": "date"},
                        },
                    },
                    "default": None,
                },
                "validation_alias": "to",
            },
            "tier": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str", "max_length": 40}},
                    "default": None,
                },
            },
            "cursor": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str", "max_length": 60}},
                    "default": None,
                },
            },
        },
        "model_name": "ExportQuery",
    },
    "config": {
        "title": "ExportQuery",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.export.ExportQuery",
}
