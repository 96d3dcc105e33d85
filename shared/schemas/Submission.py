"""Written by `python -m dev.schemas`."""

import shared.domain.reading
import shared.domain.submission

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.submission.Submission,
    "schema": {
        "type": "model-fields",
        "fields": {
            "submission_id": {"type": "model-field", "schema": {"type": "uuid"}},
            "questionnaire": {
                "type": "model-field",
                "schema": {
                    "type": "model",
                    "cls": shared.domain.submission.QuestionnaireVersion,
                    "schema": {
                        "type": "model-fields",
                        "fields": {
                            "id": {
                                "type": "model-field",
                                "schema": {"type": "str", "pattern": "^[a-z][a-z0-9-]{0,39}$"},
                            },
                            "version": {
                                "type": "model-field",
                                "schema": {"type": "str", "pattern": "^[0-9]{1,4}\\.[0-9]{1,4}\\.[0-9]{1,4}$"},
                            },
                        },
                        "model_name": "QuestionnaireVersion",
                    },
                    "config": {
                        "title": "QuestionnaireVersion",
                        "extra_fields_behavior": "forbid",
                        "allow_inf_nan": False,
                        "hide_input_in_errors": True,
                    },
                    "ref": "shared.domain.submission.QuestionnaireVersion",
                },
            },
            "answers": {
                "type": "model-field",
                "schema": {
                    "type": "dict",
                    "keys_schema": {"type": "str", "pattern": "^[a-z][a-z0-9-]{0,39}$"},
                    "values_schema": {
                        "type": "function-before",
                        "function": {"type": "no-info", "function": shared.domain.reading.read_answer},
                        "schema": {"type": "any"},
                    },
                    "max_length": 100,
                },
            },
            "contact": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.submission.ContactEntry.whole},
                            "schema": {
                                "type": "model",
                                "cls": shared.domain.submission.ContactEntry,
                                "schema": {
                                    "type": "function-before",
                                    "function": {
                                        "type": "no-info",
                                        "function": shared.domain.submission.ContactEntry.prepared,
                                    },
                                    "schema": {
                                        "type": "model-fields",
                                        "fields": {
                                            "name": {
                                                "type": "model-field",
                                                "schema": {
                                                    "type": "default",
                                                    "schema": {
                                                        "type": "nullable",
                                                        "schema": {
                                                            "type": "function-after",
                                                            "function": {
                                                                "type": "no-info",
                                                                "function": shared.domain.reading.refuse_control,
                                                            },
                                                            "schema": {
                                                                "type": "str",
                                                                "min_length": 1,
                                                                "max_length": 120,
                                                                "strip_whitespace": True,
                                                            },
                                                        },
                                                    },
                                                    "default": None,
                                                },
                                            },
                                            "phone": {
                                                "type": "model-field",
                                                "schema": {
                                                    "type": "default",
                                                    "schema": {
                                                        "type": "nullable",
                                                        "schema": {
                                                            "type": "function-after",
                                                            "function": {
                                                                "type": "no-info",
                                                                "function": shared.domain.reading.e164,
                                                            },
                                                            "schema": {
                                                                "type": "function-after",
                                                                "function": {
                                                                    "type": "no-info",
                                                                    "function": shared.domain.reading.refuse_control,
                                                                },
                                                                "schema": {
                                                                    "type": "str",
                                                                    "min_length": 1,
                                                                    "max_length": 32,
                                                                    "strip_whitespace": True,
                                                                },
                                                            },
                                                        },
                                                    },
                                                    "default": None,
                                                },
                                            },
                                            "email": {
                                                "type": "model-field",
                                                "schema": {
                                                    "type": "default",
                                                    "schema": {
                                                        "type": "nullable",
                                                        "schema": {
                                                            "type": "function-after",
                                                            "function": {
                                                                "type": "no-info",
                                                                "function": shared.domain.reading.mail_address,
                                                            },
                                                            "schema": {
                                                                "type": "function-after",
                                                                "function": {
                                                                    "type": "no-info",
                                                                    "function": shared.domain.reading.refuse_control,
                                                                },
                                                                "schema": {
                                                                    "type": "str",
                                                                    "min_length": 1,
                                                                    "max_length": 254,
                                                                    "strip_whitespace": True,
                                                                },
                                                            },
                                                        },
                                                    },
                                                    "default": None,
                                                },
                                            },
                                            "postal": {
                                                "type": "model-field",
                                                "schema": {
                                                    "type": "default",
                                                    "schema": {
                                                        "type": "nullable",
                                                        "schema": {
                                                            "type": "function-after",
                                                            "function": {
                                                                "type": "no-info",
                                                                "function": shared.domain.reading.refuse_control,
                                                            },
                                                            "schema": {
                                                                "type": "str",
                                                                "min_length": 1,
                                                                "max_length": 10,
                                                                "strip_whitespace": True,
                                                            },
                                                        },
                                                    },
                                                    "default": None,
                                                },
                                            },
                                            "preference": {
                                                "type": "model-field",
                                                "schema": {
                                                    "type": "default",
                                                    "schema": {
                                                        "type": "nullable",
                                                        "schema": {
                                                            "type": "literal",
                                                            "expected": ["call", "text", "email"],
                                                        },
                                                    },
                                                    "default": None,
                                                },
                                            },
                                            "best_time": {
                                                "type": "model-field",
                                                "schema": {
                                                    "type": "default",
                                                    "schema": {
                                                        "type": "nullable",
                                                        "schema": {
                                                            "type": "literal",
                                                            "expected": ["morning", "afternoon", "evening"],
                                                        },
                                                    },
                                                    "default": None,
                                                },
                                            },
                                        },
                                        "model_name": "ContactEntry",
                                    },
                                },
                                "config": {
                                    "title": "ContactEntry",
                                    "extra_fields_behavior": "forbid",
                                    "allow_inf_nan": False,
                                    "hide_input_in_errors": True,
                                },
                            },
                            "ref": "shared.domain.submission.ContactEntry",
                        },
                    },
                    "default": None,
                },
            },
            "consents": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "model",
                            "cls": shared.domain.submission.Consents,
                            "schema": {
                                "type": "model-fields",
                                "fields": {
                                    "contact": {"type": "model-field", "schema": {"type": "bool", "strict": True}},
                                    "sms": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {"type": "bool", "strict": True},
                                            "default": False,
                                        },
                                    },
                                    "marketing": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {"type": "bool", "strict": True},
                                            "default": False,
                                        },
                                    },
                                },
                                "model_name": "Consents",
                            },
                            "config": {
                                "title": "Consents",
                                "extra_fields_behavior": "forbid",
                                "allow_inf_nan": False,
                                "hide_input_in_errors": True,
                            },
                            "ref": "shared.domain.submission.Consents",
                        },
                    },
                    "default": None,
                },
            },
            "consents_shown": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "dict",
                        "keys_schema": {"type": "literal", "expected": ["contact", "sms", "marketing"]},
                        "values_schema": {"type": "str", "pattern": "^[0-9a-f]{64}$"},
                        "max_length": 3,
                    },
                    "default": {},
                },
            },
            "attribution": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "model",
                            "cls": shared.domain.submission.Attribution,
                            "schema": {
                                "type": "model-fields",
                                "fields": {
                                    "utm_source": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 120,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "utm_medium": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 120,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "utm_campaign": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 120,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "utm_term": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 120,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "utm_content": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 120,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "gclid": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 200,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "gbraid": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 200,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "wbraid": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 200,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "msclkid": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 200,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "fbclid": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 200,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "referrer_host": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.refuse_control,
                                                    },
                                                    "schema": {
                                                        "type": "str",
                                                        "min_length": 1,
                                                        "max_length": 253,
                                                        "strip_whitespace": True,
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                    "landing_path": {
                                        "type": "model-field",
                                        "schema": {
                                            "type": "default",
                                            "schema": {
                                                "type": "nullable",
                                                "schema": {
                                                    "type": "function-after",
                                                    "function": {
                                                        "type": "no-info",
                                                        "function": shared.domain.reading.without_query,
                                                    },
                                                    "schema": {
                                                        "type": "function-after",
                                                        "function": {
                                                            "type": "no-info",
                                                            "function": shared.domain.reading.refuse_control,
                                                        },
                                                        "schema": {
                                                            "type": "str",
                                                            "min_length": 1,
                                                            "max_length": 500,
                                                            "strip_whitespace": True,
                                                        },
                                                    },
                                                },
                                            },
                                            "default": None,
                                        },
                                    },
                                },
                                "model_name": "Attribution",
                            },
                            "config": {
                                "title": "Attribution",
                                "extra_fields_behavior": "forbid",
                                "allow_inf_nan": False,
                                "hide_input_in_errors": True,
                            },
                            "ref": "shared.domain.submission.Attribution",
                        },
                    },
                    "default": None,
                },
            },
            "language": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "str", "pattern": "^[a-z]{2}$"}, "default": "en"},
            },
            "complete": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "bool", "strict": True}, "default": True},
            },
            "page": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.without_query},
                            "schema": {
                                "type": "function-after",
                                "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                                "schema": {"type": "str", "min_length": 1, "max_length": 500, "strip_whitespace": True},
                            },
                        },
                    },
                    "default": None,
                },
            },
            "token": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 200, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "proof": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 1000, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "website": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str", "max_length": 500}},
                    "default": None,
                },
            },
        },
        "model_name": "Submission",
    },
    "config": {
        "title": "Submission",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.submission.Submission",
}
