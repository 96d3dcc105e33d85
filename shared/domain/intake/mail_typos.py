"""Finds typos in the domains of email addresses."""

from __future__ import annotations

from itertools import zip_longest

USUAL = (
    *("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "aol.com"),
    *("comcast.net", "verizon.net", "sbcglobal.net", "bellsouth.net"),
)


def meant(address: str) -> str:
    """Returns the address with the domain that was probably meant; "" for no correction.

    The first letter must be right, because mail.com and ymail.com are not typos of gmail.com.
    """
    name, _, domain = address.strip().rpartition("@")
    typed = domain.lower()
    if not name or typed in USUAL:
        return ""
    return next((f"{name}@{right}" for right in USUAL if right[0] == typed[:1] and _is_typo(typed, right)), "")


def _is_typo(typed: str, right: str) -> bool:
    parts = zip_longest(typed.split("."), right.split("."), fillvalue="")
    return _is_one_typo(typed, right) or all(a != b and _is_one_typo(a, b) for a, b in parts)


def _is_one_typo(typed: str, right: str) -> bool:
    """Returns whether one letter is wrong, missing or extra, or two neighbours are swapped."""
    start = 0
    while typed[start : start + 1] == right[start : start + 1]:
        start += 1
    typed, right = typed[start:], right[start:]
    while typed and right and typed[-1] == right[-1]:
        typed, right = typed[:-1], right[:-1]
    return max(len(typed), len(right)) == 1 or (len(right) == len(typed) == 2 and typed == right[::-1])  # noqa: PLR2004
