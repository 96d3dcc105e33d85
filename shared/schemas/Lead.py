"""Written by `python -m dev.schemas`."""

import shared.domain.advice
import shared.domain.consent
import shared.domain.history
import shared.domain.lead
import shared.domain.shadow
import shared.domain.submission
import shared.domain.suspicion
import shared.domain.triage

CORE = "2.46.5"
SCHEMA = {
    "type": "definitions",
    "schema": {
        "type": "model",
        "cls": shared.domain.lead.Lead,
        "schema": {
            "type": "model-fields",
            "fields": {
                "lead_id": {"type": "model-field", "schema": {"type": "uuid"}},
                "version": {"type": "model-field", "schema": {"type": "int"}},
                "reference": {"type": "model-field", "schema": {"type": "str"}},
                "content_hash": {"type": "model-field", "schema": {"type": "str"}},
                "received_at": {
                    "type": "model-field",
                    "schema": {"type": "datetime", "microseconds_precision": "truncate"},
                },
                "questionnaire": {"type": "model-field", "schema": {"type": "str"}},
                "questionnaire_version": {"type": "model-field", "schema": {"type": "str"}},
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
                "contact": {
                    "type": "model-field",
                    "schema": {
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
                    },
                },
                "attribution": {
                    "type": "model-field",
                    "schema": {"type": "dict", "keys_schema": {"type": "str"}, "values_schema": {"type": "str"}},
                },
                "triage": {
                    "type": "model-field",
                    "schema": {"type": "definition-ref", "schema_ref": "shared.domain.triage.TriageResult"},
                },
                "disposition": {"type": "model-field", "schema": {"type": "str"}},
                "messages_shown": {
                    "type": "model-field",
                    "schema": {
                        "type": "tuple",
                        "items_schema": [
                            {
                                "type": "model",
                                "cls": shared.domain.advice.ShownMessage,
                                "schema": {
                                    "type": "model-fields",
                                    "fields": {
                                        "id": {"type": "model-field", "schema": {"type": "str"}},
                                        "text": {"type": "model-field", "schema": {"type": "str"}},
                                    },
                                    "model_name": "ShownMessage",
                                },
                                "config": {
                                    "title": "ShownMessage",
                                    "extra_fields_behavior": "ignore",
                                    "hide_input_in_errors": True,
                                },
                                "ref": "shared.domain.advice.ShownMessage",
                            }
                        ],
                        "variadic_item_index": 0,
                    },
                },
                "deadline": {
                    "type": "model-field",
                    "schema": {
                        "type": "nullable",
                        "schema": {"type": "datetime", "microseconds_precision": "truncate"},
                    },
                },
                "alert_due": {"type": "model-field", "schema": {"type": "int"}},
                "alert_delivered": {"type": "model-field", "schema": {"type": "int"}},
                "next_at": {
                    "type": "model-field",
                    "schema": {
                        "type": "nullable",
                        "schema": {"type": "datetime", "microseconds_precision": "truncate"},
                    },
                },
                "language": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "str"}, "default": "en"},
                },
                "source": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "str"}, "default": "form"},
                },
                "complete": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "bool"}, "default": True},
                },
                "red_flag": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "bool"}, "default": False},
                },
                "earlier": {
                    "type": "model-field",
                    "schema": {
                        "type": "default",
                        "schema": {
                            "type": "tuple",
                            "items_schema": [
                                {
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
                                                    "type": "definition-ref",
                                                    "schema_ref": "shared.domain.triage.TriageResult",
                                                },
                                            },
                                            "content_hash": {
                                                "type": "model-field",
                                                "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                                            },
                                        },
                                        "model_name": "EarlierAnswers",
                                    },
                                    "config": {
                                        "title": "EarlierAnswers",
                                        "extra_fields_behavior": "ignore",
                                        "hide_input_in_errors": True,
                                    },
                                    "ref": "shared.domain.lead.EarlierAnswers",
                                }
                            ],
                            "variadic_item_index": 0,
                        },
                        "default": (),
                    },
                },
                "consent_records": {
                    "type": "model-field",
                    "schema": {
                        "type": "default",
                        "schema": {
                            "type": "tuple",
                            "items_schema": [
                                {
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
                                                "schema": {
                                                    "type": "tuple",
                                                    "items_schema": [{"type": "str"}],
                                                    "variadic_item_index": 0,
                                                },
                                            },
                                            "at": {
                                                "type": "model-field",
                                                "schema": {"type": "datetime", "microseconds_precision": "truncate"},
                                            },
                                            "source_address": {"type": "model-field", "schema": {"type": "str"}},
                                            "user_agent": {"type": "model-field", "schema": {"type": "str"}},
                                            "previous": {"type": "model-field", "schema": {"type": "str"}},
                                            "hash": {
                                                "type": "model-field",
                                                "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                                            },
                                        },
                                        "model_name": "ConsentRecord",
                                    },
                                    "config": {
                                        "title": "ConsentRecord",
                                        "extra_fields_behavior": "ignore",
                                        "hide_input_in_errors": True,
                                    },
                                    "ref": "shared.domain.consent.ConsentRecord",
                                }
                            ],
                            "variadic_item_index": 0,
                        },
                        "default": (),
                    },
                },
                "suspicion": {
                    "type": "model-field",
                    "schema": {
                        "type": "default",
                        "schema": {
                            "type": "model",
                            "cls": shared.domain.suspicion.Suspicion,
                            "schema": {
                                "type": "model-fields",
                                "fields": {
                                    "score": {
                                        "type": "model-field",
                                        "schema": {"type": "default", "schema": {"type": "int"}, "default": 0},
                                    },
                                    "signs": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "tuple",
                                                "items_schema": [{"type": "str"}],
                                                "variadic_item_index": 0,
                                            },
                                            "default": (),
                                        },
                                    },
                                    "suspect": {
                                        "type": "model-field",
                                        "schema": {"type": "default", "schema": {"type": "bool"}, "default": False},
                                    },
                                },
                                "model_name": "Suspicion",
                            },
                            "config": {
                                "title": "Suspicion",
                                "extra_fields_behavior": "ignore",
                                "hide_input_in_errors": True,
                            },
                            "ref": "shared.domain.suspicion.Suspicion",
                        },
                        "default": shared.domain.suspicion.Suspicion(score=0, signs=(), suspect=False),
                    },
                },
                "shadow": {
                    "type": "model-field",
                    "schema": {
                        "type": "default",
                        "schema": {
                            "type": "nullable",
                            "schema": {
                                "type": "model",
                                "cls": shared.domain.shadow.Shadow,
                                "schema": {
                                    "type": "model-fields",
                                    "fields": {
                                        "tier": {"type": "model-field", "schema": {"type": "str"}},
                                        "rules": {
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
                                    },
                                    "model_name": "Shadow",
                                },
                                "config": {
                                    "title": "Shadow",
                                    "extra_fields_behavior": "ignore",
                                    "hide_input_in_errors": True,
                                },
                                "ref": "shared.domain.shadow.Shadow",
                            },
                        },
                        "default": None,
                    },
                },
                "status": {
                    "type": "model-field",
                    "schema": {
                        "type": "default",
                        "schema": {"type": "literal", "expected": ["new", "acknowledged", "booked", "closed"]},
                        "default": "new",
                    },
                },
                "owner": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                },
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
                "staff_tier": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                },
                "attempts": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "int"}, "default": 0},
                },
                "history": {
                    "type": "model-field",
                    "schema": {
                        "type": "default",
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
                        "default": (),
                    },
                },
                "ladder_from": {
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
                "phone_key": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                },
                "email_key": {
                    "type": "model-field",
                    "schema": {"type": "default", "schema": {"type": "str"}, "default": ""},
                },
                "answers_removed_at": {
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
            "model_name": "Lead",
        },
        "config": {"title": "Lead", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
        "ref": "shared.domain.lead.Lead",
    },
    "definitions": [
        {
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
                        "schema": {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
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
            "config": {"title": "TriageResult", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
            "ref": "shared.domain.triage.TriageResult",
        },
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
        },
    ],
}
