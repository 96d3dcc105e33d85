"""Describes the routes that serve web pages and their files."""

from dev.openapi.operation import KNOWN, LANGUAGE, PAGE, TEXT, Operation, parameter

TOKEN = parameter("path", "token", "The signed end of the link.", {"type": "string"}, "lead_hash.signature")
PAGES = {
    "GET /": Operation(
        id="show_page",
        summary="The hosted form",
        description="A page for people.",
        answers={"200": ("The page.", PAGE)},
        cacheable=True,
        problems=("503",),
        parameters=(*LANGUAGE, KNOWN),
    ),
    "GET /inbox": Operation(
        id="show_inbox",
        summary="The staff inbox",
        description="A page for people. It contains no lead; its script loads them after the sign-in.",
        answers={"200": ("The page.", PAGE)},
        cacheable=True,
        problems=("503",),
        parameters=(KNOWN,),
    ),
    "GET /inbox/{file}": Operation(
        id="show_inbox_file",
        summary="A file of the staff inbox",
        description="Styles and scripts.",
        answers={"200": ("The file.", {"text/html": TEXT, "text/css": TEXT, "text/javascript": TEXT})},
        cacheable=True,
        problems=("404",),
        parameters=(parameter("path", "file", "Its name.", {"type": "string"}, "inbox.js"), KNOWN),
    ),
    "GET /unsubscribe/{token}": Operation(
        id="unsubscribe",
        summary="The page that ends mail to an address",
        description="The links in mails lead here. Opening it changes nothing.",
        answers={"200": ("The page, with a button.", PAGE)},
        problems=("404", "503"),
        shows_pages=True,
        parameters=(TOKEN, *LANGUAGE),
    ),
    "POST /unsubscribe/{token}": Operation(
        id="unsubscribe_now",
        summary="End mail to an address",
        description="What the button does, and mail programs by themselves (RFC 8058). No body is needed.",
        answers={"200": ("No more mail is sent there.", PAGE)},
        problems=("404", "503"),
        shows_pages=True,
        parameters=(TOKEN, *LANGUAGE),
    ),
    "GET /web/{file}": Operation(
        id="show_file",
        summary="A file of the hosted form, and this document",
        description="Styles, scripts, pictures.",
        answers={
            "200": (
                "The file.",
                {
                    "text/html": TEXT,
                    "text/css": TEXT,
                    "text/javascript": TEXT,
                    "image/svg+xml": TEXT,
                    "application/json": {"schema": {"type": "object"}},
                },
            )
        },
        cacheable=True,
        problems=("404",),
        parameters=(parameter("path", "file", "Its name.", {"type": "string"}, "openapi.json"), *LANGUAGE, KNOWN),
    ),
}
