"""Writes the sheet for reviewing a translation."""

from __future__ import annotations

from dev.sheet_markup import code, table, text
from shared.domain.rules.triage import RuleSet
from shared.rulebook.translation import review_hash, texts_of


def translation_sheet(original: RuleSet, translation: RuleSet) -> str:
    before, after = original.questionnaire, translation.questionnaire
    rows = (
        (code(place), text(first) or "none", text(second) or "none")
        for (place, first), (_, second) in zip(texts_of(original), texts_of(translation), strict=True)
        if first or second
    )
    state = "reviewed, in these words" if after.reviewed else "**awaiting review** of these words"
    return "\n\n".join(
        (
            f"# {before.id} {before.version} in {after.language}: {state}",
            f"A translator and a physician sign. `reviewed_texts`: {code(review_hash(original, translation))}",
            table(("Place", before.language, after.language), rows),
            "Names: ______________________________ Date: ______________ Signatures: ______________________________\n",
        )
    )
