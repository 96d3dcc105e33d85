"""Makes the search keys of a lead. Keys from a name or a phone number are hashed with a secret."""

from __future__ import annotations

import re
import unicodedata

from shared.domain.leads.lead import Lead
from shared.domain.leads.person_keys import keyed_hash

END_OF_NUMBER = 7  # digits, because people may leave out the area code
MOST_WORDS = 6
SEPARATORS = re.compile(r"[\s().+-]")
HALF = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}")


def search_keys_of(lead: Lead, person_key: str) -> tuple[str, ...]:
    contact = lead.submitted.contact
    halves = [_half(half) for half in lead.reference.split("-")]
    number = [_number(contact.phone[-END_OF_NUMBER:], person_key)] if contact.phone else []
    names = (contact.name or "", contact.helper_name or "")
    words = [_word(word, person_key) for name in names for word in name_words(name)]
    return tuple(dict.fromkeys([*halves, *number, *words]))


def name_words(name: str) -> tuple[str, ...]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = (word for word in re.split(r"[\W_]+", plain) if len(word) > 1 or not word.isascii() or word.isdigit())
    return tuple(dict.fromkeys(filter(None, words)))[:MOST_WORDS]


def partial_search(text: str, person_key: str) -> tuple[tuple[str, ...], ...]:
    """Returns one group of keys for each way to read a search text.

    A lead matches if it has all keys of one group.
    """
    ways: list[tuple[str, ...]] = []
    compact = SEPARATORS.sub("", text)
    if re.fullmatch(rf"[0-9]{{{END_OF_NUMBER}}}", compact):
        ways.append((_number(compact, person_key),))
    if half := half_in(text):
        ways.append((_half(half),))
    if words := name_words(text):
        ways.append(tuple(_word(word, person_key) for word in words))
    return tuple(ways)


def half_in(text: str) -> str:
    half = SEPARATORS.sub("", text).upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return half if HALF.fullmatch(half) else ""


def _half(half: str) -> str:
    return f"half#{half}"


def _number(digits: str, person_key: str) -> str:
    return f"number#{keyed_hash('number', digits, person_key)}"


def _word(word: str, person_key: str) -> str:
    return f"name#{keyed_hash('name', word, person_key)}"
