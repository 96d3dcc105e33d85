"""Written by `python -m dev.schemas`."""

import shared.domain.lead
import shared.domain.triage

CORE = "2.46.5"
SCHEMA = {
    "type": "definitions",
    "schema": {
        "type": "model",
        "cls": shared.domain.lead.EarlierAnswers,
        "schema": {
            "type": "model-fields",
            "fields": {
                "received_at": {
                    "type": "model-field",
                    "schema": {"type": "datetime", "microseconds_precision": "truncate"},
                },
                "answers": {
                    "type": "model-field",
                    "schema": {
                        "type": "dict",
                        "keys_schema": {"type": "str"},
                        "values_schema": {
                            "type": "union",
                            "choices": [
                                {"type": "int"},
                                {"type": "str"},
                                {"type": "list", "items_schema": {"type": "str"}},
                            ],
                        },
                    },
                },
                "triage": {
                    "type": "model-field",
                    "schema": {
                        "type": "model",
                        "cls": shared.domain.triage.TriageResult,
                        "schema": {
                            "type": "model-fields",
                            "fields": {
                                "tier": {"type": "model-field", "schema": {"type": "str"}},
                                "safety_rules": {
                                    "type": "model-field",
                                    "schema": {
                                        "type": "tuple",
                                        "items_schema": [
                                            {"type": "definition-ref", "schema_ref": "shared.domain.triage.FiredRule"}
                                        ],
                                        "variadic_item_index": 0,
                                    },
                                },
                                "not_fit_rules": {
                                    "type": "model-field",
                                    "schema": {
                                        "type": "tuple",
                                        "items_schema": [
                                            {"type": "definition-ref", "schema_ref": "shared.domain.triage.FiredRule"}
                                        ],
                                        "variadic_item_index": 0,
                                    },
                                },
                                "fit_score": {"type": "model-field", "schema": {"type": "int"}},
                                "fit_rules": {
                                    "type": "model-field",
                                    "schema": {
                                        "type": "tuple",
                                        "items_schema": [
                                            {"type": "definition-ref", "schema_ref": "shared.domain.triage.FiredRule"}
                                        ],
                                        "variadic_item_index": 0,
                                    },
                                },
                                "tags": {
                                    "type": "model-field",
                                    "schema": {
                                        "type": "tuple",
                                        "items_schema": [
                                            {"type": "definition-ref", "schema_ref": "shared.domain.triage.FiredRule"}
                                        ],
                                        "variadic_item_index": 0,
                                    },
                                },
                                "minor": {"type": "model-field", "schema": {"type": "bool"}},
                                "marketing_allowed": {"type": "model-field", "schema": {"type": "bool"}},
                                "messages": {
                                    "type": "model-field",
                                    "schema": {
                                        "type": "tuple",
                                        "items_schema": [{"type": "str"}],
                                        "variadic_item_index": 0,
                                    },
                                },
                                "rule_set": {"type": "model-field", "schema": {"type": "str"}},
                                "rule_set_version": {"type": "model-field", "schema": {"type": "str"}},
                                "content_hash": {"type": "model-field", "schema": {"type": "str"}},
                                "failed": {
                                    "type": "model-field",
                                    "schema": {"type": "default", "schema": {"type": "bool"}, "default": False},
                                },
                            },
                            "model_name": "TriageResult",
                        },
                        "config": {
                            "title": "TriageResult",
                            "extra_fields_behavior": "ignore",
                            "hide_input_in_errors": True,
                        },
                        "ref": "shared.domain.triage.TriageResult",
                    },
                },
                "content_hash": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                },
            },
            "model_name": "EarlierAnswers",
        },
        "config": {"title": "EarlierAnswers", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
        "ref": "shared.domain.lead.EarlierAnswers",
    },
    "definitions": [
        {
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
    ],
}
