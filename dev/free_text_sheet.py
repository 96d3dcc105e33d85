"""Describes the free-text matcher for the physician who signs the rules."""

from __future__ import annotations

from collections.abc import Iterator

from shared.rulebook.free_text import FreeText
from shared.rulebook.toml_files import table_of

LISTED = 40


def free_text_sections(free_text: FreeText | None) -> Iterator[str]:
    yield "## Words in free text"
    if free_text is None:
        yield "No rule reads free text."
        return
    table, matcher = table_of(free_text.words), free_text.matcher
    yield (
        "Words are compared in lower case and without accents; small mistakes of spelling are forgiven. A phrase of "
        f"a kind is found if the score of the weights is {matcher.weights.with_phrase:g} or more; without a phrase, it "
        f"is found from {matcher.weights.alone:g}. At 0 a kind is as likely as a harmless text. `@` names a group, and "
        "`..` stands for up to three words, `*` for any ending."
    )
    for kind in table["kinds"]:
        entry = table["kinds"][kind]
        yield f"### Kind {kind}"
        yield f"Phrases: {plain(entry['phrases'])}."
        yield f"They do not count in a sentence with: {plain(entry['unless'])}."
        yield from _weights(free_text, kind)
    yield "### Topics"
    yield "Any term of these groups, denied or not: " + "; ".join(
        f"{t}: {plain(g)}" for t, g in table["topics"].items()
    )
    yield "### Groups, frames and denials"
    named = {**table["groups"], **table["frames"], "denial": table["denial"]["terms"]}
    yield "\n".join(f"- **{name}**: {plain(terms)}" for name, terms in named.items())


def _weights(free_text: FreeText, kind: str) -> Iterator[str]:
    matcher = free_text.matcher
    at = [known.name for known in matcher.kinds].index(kind)
    ranked = sorted(((float(row.split()[at]), feature) for feature, row in matcher.weights.of.items()), reverse=True)
    for title, rows in (
        ("Speaks for it most", ranked[:LISTED]),
        ("Speaks against it most", ranked[: -LISTED - 1 : -1]),
    ):
        yield f"{title}: " + "; ".join(f"{plain(feature)} {weight:+g}" for weight, feature in rows) + "."


def plain(words: str) -> str:
    """Returns the words on one line, escaped for Markdown."""
    return " ".join(words.split()).replace("*", "\\*").replace("<", "&lt;")
