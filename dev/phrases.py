"""Scores the free-text matcher on phrases that people might write: `python -m dev.phrases [FILE...]`.

Without a file, the command scores the training phrases, and the phrases that were not used for training. The exit
status is 1 if a file has too many missed phrases or too many false alarms.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from dev.matcher_training import HARMLESS, PHRASES, PROJECT, QUESTIONNAIRE, Example, examples_in, trained_matcher
from shared.rulebook.free_text import WORDS, free_text_of
from shared.rulebook.loading import FOLDER

UNSEEN = PROJECT / "tests" / "data" / "phrases_unseen.json"
SELF_HARM = "self-harm"
FOLDS = 5
MUST, GOAL = "must", "goal"
# level -> kind -> smallest share of phrases that raise an alarm; CAUGHT_OTHERS covers the other kinds
CAUGHT = {MUST: {SELF_HARM: 0.80}, GOAL: {SELF_HARM: 0.95}}
CAUGHT_OTHERS = {MUST: 0.65, GOAL: 0.85}
FALSE_ALARMS = {MUST: 0.10, GOAL: 0.05}

KindsIn = Callable[[str], frozenset[str]]


@dataclass(slots=True)
class Result:
    """A matcher's results on phrases.

    alarms: (kind, language) -> number of phrases that raise an alarm, for self-harm an alarm of this kind
    all: (kind, language) -> number of phrases
    wrong: missed phrases and false alarms
    taken_for_self_harm: number of phrases of other kinds that raise an alarm for self-harm
    """

    alarms: Counter[tuple[str, str]] = field(default_factory=Counter)
    all: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[Example] = field(default_factory=list)
    taken_for_self_harm: int = 0

    def add(self, example: Example, found: frozenset[str]) -> None:
        alarm = SELF_HARM in found if example.kind == SELF_HARM else bool(found)
        self.all[example.kind, example.language] += 1
        self.alarms[example.kind, example.language] += alarm
        self.taken_for_self_harm += SELF_HARM in found and example.kind != SELF_HARM
        if alarm == (example.kind == HARMLESS):
            self.wrong.append(example)

    def share(self, kind: str) -> float:
        count = sum(number for (other, _), number in self.all.items() if other == kind)
        alarms = sum(number for (other, _), number in self.alarms.items() if other == kind)
        return alarms / count if count else 1.0 - (kind == HARMLESS)

    def meets(self, level: str) -> bool:
        kinds = {kind for kind, _ in self.all}
        return self.share(HARMLESS) <= FALSE_ALARMS[level] and all(
            self.share(kind) >= CAUGHT[level].get(kind, CAUGHT_OTHERS[level]) for kind in kinds - {HARMLESS}
        )


def alarming(kinds_in: KindsIn, text: str) -> frozenset[str]:
    """Returns the kinds that raise an alarm, without kinds named "...-topic"."""
    return frozenset(kind for kind in kinds_in(text) if not kind.endswith("-topic"))


def judged(kinds_in: KindsIn, examples: Iterable[Example]) -> Result:
    result = Result()
    for example in examples:
        result.add(example, alarming(kinds_in, example.text))
    return result


def cross_validated(examples: Sequence[Example]) -> Result:
    """Scores each of FOLDS parts with weights that were trained on the other parts."""
    words = FOLDER / f"{QUESTIONNAIRE}{WORDS}"
    result = Result()
    for fold in range(FOLDS):
        matcher = trained_matcher(words, [example for at, example in enumerate(examples) if at % FOLDS != fold])
        for example in examples[fold::FOLDS]:
            result.add(example, alarming(matcher.kinds_in, example.text))
    return result


def kinds_in() -> KindsIn:
    free_text = free_text_of(FOLDER, QUESTIONNAIRE)
    if free_text is None:
        raise FileNotFoundError(f"{QUESTIONNAIRE}{WORDS}")
    return free_text.kinds_in


def show(console: Console, title: str, result: Result, *, wrong: bool) -> None:
    table = Table("kind", "language", "phrases", "alarm", "do not", "share that alarms", title=title)
    for kind, language in sorted(result.all):
        count, alarms = result.all[kind, language], result.alarms[kind, language]
        table.add_row(kind, language, str(count), str(alarms), str(count - alarms), f"{alarms / count:.1%}")
    console.print(table)
    kinds = sorted({kind for kind, _ in result.all})
    console.print("; ".join(f"{kind} {result.share(kind):.1%}" for kind in kinds))
    console.print(
        f"musts: {'met' if result.meets(MUST) else 'NOT MET'}; goal: {'met' if result.meets(GOAL) else 'not met'}; "
        f"other kinds taken for self-harm: {result.taken_for_self_harm}\n"
    )
    for example in result.wrong if wrong else ():
        console.print(f"  {example.kind} ({example.language}): {example.text}", markup=False, highlight=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.phrases", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="phrases (default: the repository's)")
    parser.add_argument("--wrong", action="store_true", help="list the phrases that are missed or alarm falsely")
    arguments = parser.parse_args()
    console = Console(width=110)
    service = kinds_in()
    met = True
    for file in arguments.files or (PHRASES, UNSEEN):
        try:
            examples = examples_in(file)
        except OSError as error:
            parser.error(f"{file}: {error.strerror}")
        except (ValueError, KeyError, TypeError):
            parser.error(f"{file}: not an object with a list `phrases`, each with text, language and kind")
        result = judged(service, examples)
        show(console, f"{file.name}", result, wrong=arguments.wrong)
        met = met and result.meets(MUST)
    if not arguments.files:
        result = cross_validated(examples_in(PHRASES))
        show(console, f"{PHRASES.name}, {FOLDS}-fold cross-validation", result, wrong=arguments.wrong)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
