"""Reads the variable PARAMETERS of the deploy workflow, and prints one `sam deploy` override per line.

    PARAMETERS='ClinicName="Example Clinic" ClinicPhone="(312) 555-0100"' python -m infra.overrides

Values are quoted, because SAM CLI silently truncates other values. This program needs only the standard library.
"""

import json
import os
import re
import shlex
import sys
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parent / "template.yaml"


class Unread(ValueError):
    """Raised if the text is not a list of parameters. The message does not quote values."""


def parameters() -> set[str]:
    section = TEMPLATE.read_text(encoding="utf-8").partition("\nParameters:\n")[2].partition("\nRules:\n")[0]
    return set(re.findall(r"^  (\w+):", section, re.MULTILINE))


def overrides(text: str) -> list[str]:
    """Returns `Name="value"` for each `Name=value` in the text.

    Raises:
        Unread: a parameter is unknown or repeated, a value has a line break, or the text is malformed
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise Unread("a quotation mark is not closed") from None
    if not words:
        raise Unread("the variable is empty")
    found: dict[str, str] = {}
    for number, word in enumerate(words, start=1):
        name, equals, value = word.partition("=")
        if not equals or name not in parameters():
            what = f"after {list(found)[-1]}" if found else "at the beginning"
            raise Unread(f"word {number}, {what}, is not Name=value with a parameter's name: quote values with spaces")
        if name in found:
            raise Unread(f"{name} is there twice")
        if "\n" in value:
            raise Unread(f"{name} has a line break")
        found[name] = value
    return [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in found.items()]


def main() -> None:
    try:
        lines = overrides(os.environ.get("PARAMETERS", ""))
    except Unread as error:
        sys.exit(f"PARAMETERS: {error}")
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
