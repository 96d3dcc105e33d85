"""Written by `python -m dev.schemas`."""

import shared.domain.reading
import shared.domain.work

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.work.Action,
    "schema": {
        "type": "model-fields",
        "fields": {
            "action": {
                "type": "model-field",
                "schema": {
                    "type": "literal",
                    "expected": [
                        "acknowledge",
                        "contact_attempt",
                        "book",
                        "close",
                        "reopen",
                        "note",
                        "raise_tier",
                        "lower_tier",
                        "revoke_consent",
                        "undo",
                    ],
                },
            },
            "version": {"type": "model-field", "schema": {"type": "int", "ge": 1}},
            "outcome": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "literal",
                            "expected": ["reached", "no_answer", "left_message", "wrong_number"],
                        },
                    },
                    "default": None,
                },
            },
            "reason": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "literal",
                            "expected": ["not_a_fit", "unreachable", "duplicate", "spam", "declined"],
                        },
                    },
                    "default": None,
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
            "consent": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {"type": "literal", "expected": ["contact", "sms", "marketing"]},
                    },
                    "default": None,
                },
            },
            "text": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "function-after",
                        "function": {"type": "no-info", "function": shared.domain.reading.several_lines},
                        "schema": {"type": "str", "max_length": 1000, "strip_whitespace": True},
                    },
                    "default": "",
                },
            },
        },
        "model_name": "Action",
    },
    "config": {
        "title": "Action",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.work.Action",
}
