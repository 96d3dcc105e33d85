"""Written by `python -m dev.schemas`."""

import shared.domain.history
import shared.domain.retention

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.retention.Trail,
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
            "messages": {
                "type": "model-field",
                "schema": {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
            },
            "deadline": {
                "type": "model-field",
                "schema": {"type": "nullable", "schema": {"type": "datetime", "microseconds_precision": "truncate"}},
            },
            "acknowledged_at": {
                "type": "model-field",
                "schema": {"type": "nullable", "schema": {"type": "datetime", "microseconds_precision": "truncate"}},
            },
            "alerts": {"type": "model-field", "schema": {"type": "int"}},
            "history": {
                "type": "model-field",
                "schema": {
                    "type": "tuple",
                    "items_schema": [
                        {
                            "type": "model",
                            "cls": shared.domain.history.HistoryEntry,
                            "schema": {
                                "type": "model-fields",
                                "fields": {
                                    "at": {
                                        "type": "model-field",
                                        "schema": {"type": "datetime", "microseconds_precision": "truncate"},
                                    },
                                    "by": {"type": "model-field", "schema": {"type": "str"}},
                                    "by_name": {"type": "model-field", "schema": {"type": "str"}},
                                    "action": {"type": "model-field", "schema": {"type": "str"}},
                                    "version": {"type": "model-field", "schema": {"type": "int"}},
                                    "detail": {
                                        "type": "model-field",
                                        "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                                    },
                                    "text": {
                                        "type": "model-field",
                                        "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                                    },
                                    "before": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "model",
                                                    "cls": shared.domain.history.Standing,
                                                    "schema": {
                                                        "type": "model-fields",
                                                        "fields": {
                                                            "status": {
                                                                "type": "model-field",
                                                                "schema": {
                                                                    "type": "default",
                                                                    "schema": {
                                                                        "type": "literal",
                                                                        "expected": [
                                                                            "new",
                                                                            "acknowledged",
                                                                            "booked",
                                                                            "closed",
                                                                        ],
                                                                    },
                                                                    "default": "new",
                                                                },
                                                            },
                                                            "owner": {
                                                                "type": "model-field",
                                                                "schema": {
                                                                    "type": "default",
                                                                    "schema": {"type": "str"},
                                                                    "default": "",
                                                                },
                                                            },
                                                            "owner_name": {
                                                                "type": "model-field",
                                                                "schema": {
                                                                    "type": "default",
                                                                    "schema": {"type": "str"},
                                                                    "default": "",
                                                                },
                                                            },
                                                            "acknowledged_at": {
                                                                "type": "model-field",
                                                                "schema": {
                                                                    "type": "default",
                                                                    "schema": {
                                                                        "type": "nullable",
                                                                        "schema": {
                                                                            "type": "datetime",
                                                                            "microseconds_precision": "truncate",
                                                                        },
                                                                    },
                                                                    "default": None,
                                                                },
                                                            },
                                                            "closed_reason": {
                                                                "type": "model-field",
                                                                "schema": {
                                                                    "type": "default",
                                                                    "schema": {"type": "str"},
                                                                    "default": "",
                                                                },
                                                            },
                                                            "closed_at": {
                                                                "type": "model-field",
                                                                "schema": {
                                                                    "type": "default",
                                                                    "schema": {
                                                                        "type": "nullable",
                                                                        "schema": {
                                                                            "type": "datetime",
                                                                            "microseconds_precision": "truncate",
                                                                        },
                                                                    },
                                                                    "default": None,
                                                                },
                                                            },
                                                        },
                                                        "model_name": "Standing",
                                                    },
                                                    "config": {
                                                        "title": "Standing",
                                                        "extra_fields_behavior": "ignore",
                                                        "hide_input_in_errors": True,
                                                    },
                                                    "ref": "shared.domain.history.Standing",
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "undo_of": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {"type": "nullable", "schema": {"type": "int"}},
                                            "default": None,
                                        },
                                    },
                                },
                                "model_name": "HistoryEntry",
                            },
                            "config": {
                                "title": "HistoryEntry",
                                "extra_fields_behavior": "ignore",
                                "hide_input_in_errors": True,
                            },
                            "ref": "shared.domain.history.HistoryEntry",
                        }
                    ],
                    "variadic_item_index": 0,
                },
            },
        },
        "model_name": "Trail",
    },
    "config": {"title": "Trail", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.retention.Trail",
}
