"""Written by `python -m dev.schemas`."""

import shared.domain.reading
import shared.domain.submission

CORE = "2.46.5"
SCHEMA = {
    "type": "function-after",
    "function": {"type": "no-info", "function": shared.domain.submission.ContactEntry.whole},
    "schema": {
        "type": "model",
        "cls": shared.domain.submission.ContactEntry,
        "schema": {
            "type": "function-before",
            "function": {"type": "no-info", "function": shared.domain.submission.ContactEntry.prepared},
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
                                    "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
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
                                    "function": {"type": "no-info", "function": shared.domain.reading.e164},
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
                                    "function": {"type": "no-info", "function": shared.domain.reading.mail_address},
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
                                    "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
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
                                "schema": {"type": "literal", "expected": ["call", "text", "email"]},
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
                                "schema": {"type": "literal", "expected": ["morning", "afternoon", "evening"]},
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
}
