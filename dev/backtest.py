"""Shows which leads would change tier under other rules, for the physician who signs the rules.

    python -m dev.backtest OLD NEW

OLD and NEW are each a rulebook folder or a git revision, such as v1.0.0 or HEAD. `--answers` names a file of vignettes,
or a file with one JSON object per line: an answer set, or an object with `answers`, such as an exported lead.

The exit status is 1 if there was no answer set, or if a rule set could not score one.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from rich import markup
from rich.console import Console
from rich.table import Table

from dev import samples
from shared.domain.rules.questionnaire import Answers, Questionnaire
from shared.domain.rules.sole_cause import sole_cause
from shared.domain.rules.triage import FitRule, Rule, RuleSet, SafetyRule, triage
from shared.rulebook.form_definition import form
from shared.rulebook.loading import load
from shared.rulebook.reader import RulebookError
from shared.rulebook.translation import texts_of

PROJECT = Path(__file__).resolve().parent.parent
RULEBOOK = "shared/rulebook"
PICTURE = PROJECT / "build" / "backtest.svg"
SAMPLES = 2_000
NOTHING = frozenset({"no", "none"})  # codes of the options "No" and "None of these"
Item = tuple[str, str]  # (question code, option code or "")
LISTED = 50
CELL, ROW, LEFT, TOP = 110, 34, 190, 150
SAME, RAISED, LOWERED, EMPTY = "#e3e8ee", "#f6c177", "#e5716b", "#fafbfc"


@dataclass(frozen=True, slots=True)
class Change:
    """An answer set whose tier changes.

    name: reference, id or line number
    old, new: tiers
    why: rule ids, each after a sign: + for a rule that fires only in the new rule set, - for one that fires only in the
        old rule set, ~ for one that fires in both with another floor, tier or number of points
    """

    name: str
    old: str
    new: str
    why: tuple[str, ...]


@dataclass(slots=True)
class Backtest:
    """The result of scoring every answer set with both rule sets.

    moves: (old tier, new tier) -> number of answer sets
    sole_old, sole_new: safety rule id -> number of answer sets that would be less urgent without this rule
    unscored: names of the answer sets that a rule set could not score
    answered: questions and options that occur in the answer sets
    fired: ids of the new rules that fired
    """

    old: RuleSet
    new: RuleSet
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    sole_old: Counter[str] = field(default_factory=Counter)
    sole_new: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    unscored: list[str] = field(default_factory=list)
    answered: set[Item] = field(default_factory=set)
    fired: set[str] = field(default_factory=set)

    @property
    def untested_options(self) -> list[str]:
        """The new options, and the new questions without options, that occur in no answer set."""
        added = _items(self.new.questionnaire) - _items(self.old.questionnaire) - self.answered
        return sorted(f"{question} {option}".strip() for question, option in added)

    @property
    def untested_rules(self) -> list[str]:
        return sorted({rule.id for rule in _rules(self.new)} - {rule.id for rule in _rules(self.old)} - self.fired)

    @property
    def other_changes(self) -> dict[str, int]:
        """Returns what changed, such as "deadlines" -> number of changes that do not affect tiers."""
        tiers = [(tier, self.new.tiers[name]) for name, tier in self.old.tiers.items() if name in self.new.tiers]
        texts = dict(texts_of(self.new))
        return {
            "deadlines": sum(old.deadline != new.deadline for old, new in tiers),
            "alert plans": sum(
                (old.usual, old.after_safety_rule) != (new.usual, new.after_safety_rule) for old, new in tiers
            ),
            "wordings": sum(texts.get(place, text) != text for place, text in texts_of(self.old)),
        }

    @property
    def count(self) -> int:
        return self.moves.total()

    @property
    def rules(self) -> Counter[str]:
        """Entry of `Change.why` -> number of changed answer sets."""
        return Counter(mark for change in self.changes for mark in change.why)

    @property
    def tiers(self) -> list[str]:
        return list(dict.fromkeys([*self.new.tiers, *self.old.tiers]))

    def lowered(self, old: str, new: str) -> bool:
        return self.tiers.index(new) > self.tiers.index(old)


def backtest(old: RuleSet, new: RuleSet, answer_sets: Iterator[tuple[str, Any]]) -> Backtest:
    found = Backtest(old, new)
    for name, answers in answer_sets:
        forms = (old.questionnaire, new.questionnaire)
        given = (
            [_given(answers, own, other) for own, other in (forms, forms[::-1])] if isinstance(answers, dict) else []
        )
        if not given or any(form.problems(part) for form, part in zip(forms, given, strict=True)):
            found.unscored.append(name)
            continue
        before, after = _fired(old, given[0]), _fired(new, given[1])
        found.fired.update(after)
        found.answered.update(_answered(given[1]))
        results = (triage(old, given[0]), triage(new, given[1]))
        for rules, part, result, sole in zip((old, new), given, results, (found.sole_old, found.sole_new), strict=True):
            sole.update(filter(None, [sole_cause(rules, part, result)]))
        tiers = (results[0].tier, results[1].tier)
        found.moves[tiers] += 1
        if tiers[0] != tiers[1]:
            found.changes.append(Change(name, *tiers, tuple(_why(before, after)) or ("(limits of the score)",)))
    return found


def _given(answers: dict[str, Any], own: Questionnaire, other: Questionnaire) -> dict[str, Any]:
    """Returns the answers that the same person would give on the form `own`.

    A question that loses all its options is answered with 'none' or 'no', if it offers one of these.
    """
    found: dict[str, Any] = {}
    for code, answer in answers.items():
        asked, elsewhere = own.questions.get(code), other.questions.get(code)
        if asked is None and elsewhere is not None:
            continue
        found[code] = answer
        if asked is None or elsewhere is None:
            continue
        ticked = [
            option for option in samples.codes_of(answer) if option in elsewhere.option_codes - asked.option_codes
        ]
        if ticked:
            left = [option for option in samples.codes_of(answer) if option not in ticked]
            left = left or [option.code for option in asked.options if option.code in NOTHING]
            if left:
                found[code] = left if isinstance(answer, list) else left[0]
            else:
                del found[code]
    return found


def _answered(answers: Answers) -> Iterator[Item]:
    for question, answer in answers.items():
        yield question, ""
        yield from ((question, option) for option in samples.codes_of(answer))


def _items(form: Questionnaire) -> set[Item]:
    return {
        (question.code, option)
        for question in form.questions.values()
        for option in (question.option_codes or frozenset({""}))
    }


def _rules(rule_set: RuleSet) -> tuple[Rule, ...]:
    return (*rule_set.safety, *rule_set.not_fit, *rule_set.fit.rules)


def _fired(rule_set: RuleSet, answers: Answers) -> dict[str, Rule]:
    facts = rule_set.questionnaire.facts(answers)
    return {rule.id: rule for rule in _rules(rule_set) if rule.when.holds(facts)}


def _why(before: dict[str, Rule], after: dict[str, Rule]) -> Iterator[str]:
    for rule_id in sorted(before.keys() | after.keys()):
        if rule_id not in before:
            yield f"+{rule_id}"
        elif rule_id not in after:
            yield f"-{rule_id}"
        elif _weight(before[rule_id]) != _weight(after[rule_id]):
            yield f"~{rule_id}"


def _weight(rule: Rule) -> object:
    if isinstance(rule, SafetyRule):
        return rule.floor
    return rule.points if isinstance(rule, FitRule) else getattr(rule, "tier", None)


def rules_of(place: str, questionnaire: str) -> RuleSet:
    """Loads the rule set from a folder or a git revision.

    Raises:
        RulebookError: `place` is neither a folder nor a revision, or its rulebook is invalid
    """
    folder = Path(place)
    if folder.is_dir():
        return _rule_set(folder, place, questionnaire)
    with tempfile.TemporaryDirectory() as temporary:
        _check_out(place, Path(temporary))
        return _rule_set(Path(temporary) / RULEBOOK, place, questionnaire)


def _rule_set(folder: Path, place: str, questionnaire: str) -> RuleSet:
    found = load(folder).of(questionnaire)
    if found is None:
        raise RulebookError(f"{place}: there is no questionnaire {questionnaire}")
    return found


def _check_out(revision: str, destination: Path) -> None:
    def git(*arguments: str) -> bytes:
        done = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, check=False)
        if done.returncode:
            raise RulebookError(f"{revision}: neither a folder nor a git revision with a rulebook")
        return done.stdout

    commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", commit, RULEBOOK))) as archive:
        archive.extractall(destination, filter="data")


def read_answers(path: Path) -> Iterator[tuple[str, Any]]:
    """Yields each name and its answers, which are None for a line that is not JSON."""
    text = path.read_text(encoding="utf-8")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, dict) and "vignettes" in whole:
        yield from (_named(entry, f"vignette {number}") for number, entry in enumerate(whole["vignettes"], start=1))
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield _named(json.loads(line), f"line {number}")
            except (ValueError, RecursionError):
                yield f"line {number}", None


def _named(entry: Any, otherwise: str) -> tuple[str, Any]:
    if not isinstance(entry, dict) or not isinstance(entry.get("answers"), dict):
        return otherwise, entry
    return str(entry.get("reference") or entry.get("id") or otherwise), entry["answers"]


def sample_answers(rule_set: RuleSet, count: int) -> Iterator[tuple[str, Any]]:
    drawn, chance = form(rule_set, ()), random.Random(2026)  # noqa: S311  the numbers need not be secret
    for number in range(1, count + 1):
        yield f"sample {number}", samples.sample(drawn, number, chance)["answers"]


def show(found: Backtest, console: Console) -> None:
    _show_summary(found, console)
    if found.sole_old or found.sole_new:
        causes = Table("only cause", "sets, old", "sets, new")
        for rule, _ in (found.sole_old | found.sole_new).most_common():
            causes.add_row(rule, str(found.sole_old[rule]), str(found.sole_new[rule]))
        console.print(causes)
    if found.changes:
        _show_changes(found, console)


def _show_summary(found: Backtest, console: Console) -> None:
    console.print(f"old  {_title(found.old)}\nnew  {_title(found.new)}\n")
    console.print(f"{found.count} answer sets scored by both; {len(found.changes)} would change tier.")
    if any(found.other_changes.values()):
        changed = ", ".join(f"{kind}: {count}" for kind, count in found.other_changes.items() if count)
        console.print(f"Also changed, without effect on tiers: {changed}.")
    if not found.count:
        console.print("[red]Nothing was scored by both, so this says nothing about the rules.[/]")
    if found.unscored:
        names = markup.escape(", ".join(found.unscored[:10]))
        console.print(f"[red]{len(found.unscored)} could not be scored by both:[/] {names}")
    for kind, untested in (("options", found.untested_options), ("rules", found.untested_rules)):
        if untested:
            console.print(f"[yellow]New {kind} that no answer set tested:[/] {markup.escape(', '.join(untested))}")


def _show_changes(found: Backtest, console: Console) -> None:
    moves = Table("from", "to", "sets", "")
    for (old, new), times in found.moves.most_common():
        if old != new:
            moves.add_row(old, new, str(times), "LOWERED" if found.lowered(old, new) else "raised")
    rules = Table("rule", "sets", "")
    for mark, times in found.rules.most_common():
        meaning = {"+": "fires only under the new rules", "-": "no longer fires", "~": "has another weight"}
        rules.add_row(mark.lstrip("+-~"), str(times), meaning.get(mark[0], ""))
    sets = Table("answer set", "from", "to", "rules")
    for change in found.changes[:LISTED]:
        sets.add_row(markup.escape(change.name), change.old, change.new, " ".join(change.why))
    console.print(moves, rules, sets)
    if len(found.changes) > LISTED:
        console.print(f"... and {len(found.changes) - LISTED} more")


def picture(found: Backtest) -> str:
    """Draws changes of tiers, and the rules behind the changes, as SVG."""
    tiers, rules = found.tiers, found.rules.most_common(20)
    width = LEFT + CELL * len(tiers) + 40
    bars = TOP + ROW * len(tiers) + 70
    height = bars + 24 * len(rules) + 40
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = 'font-family="system-ui, sans-serif" font-size="13" fill="#1b1f24"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font} role="img">',
        f"<title>{len(found.changes)} of {found.count} answer sets would change tier</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(20, 32, f"{len(found.changes)} of {found.count} answer sets would change tier", size=20, weight=600),
        _text(20, 58, f"old: {_title(found.old)}"),
        _text(20, 78, f"new: {_title(found.new)}"),
        _text(20, 112, "Rows: tier under the old rules. Columns: under the new. Red: a lower tier than before."),
    ]
    for number, tier in enumerate(tiers):
        parts.append(_text(LEFT + CELL * number + CELL // 2, TOP - 10, tier, anchor="middle", weight=600))
        parts.append(_text(LEFT - 12, TOP + ROW * number + 22, tier, anchor="end", weight=600))
    for row, old in enumerate(tiers):
        for column, new in enumerate(tiers):
            parts += _cell(found, old, new, LEFT + CELL * column, TOP + ROW * row)
    if rules:
        parts.append(
            _text(20, bars - 16, "Rules involved in a change (+ fires only now, - no longer fires, ~ other weight)")
        )
    longest = rules[0][1] if rules else 1
    for number, (mark, times) in enumerate(rules):
        y, bar = bars + 24 * number, max(2, (width - LEFT - 90) * times // longest)
        parts.append(_text(LEFT - 12, y + 14, mark, anchor="end"))
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{bar}" height="18" fill="#6b8fb8"/>')
        parts.append(_text(LEFT + bar + 8, y + 14, str(times)))
    return "\n".join([*parts, "</svg>", ""])


def _cell(found: Backtest, old: str, new: str, x: int, y: int) -> Iterator[str]:
    times = found.moves[old, new]
    colour = EMPTY if not times else SAME if old == new else LOWERED if found.lowered(old, new) else RAISED
    yield f'<rect x="{x}" y="{y}" width="{CELL - 4}" height="{ROW - 4}" rx="3" fill="{colour}" stroke="#d0d7de"/>'
    if times:
        yield _text(x + (CELL - 4) // 2, y + 20, str(times), anchor="middle", weight=400 if old == new else 700)


def _text(x: int, y: int, text: str, *, anchor: str = "start", size: int = 13, weight: int = 400) -> str:
    style = f'text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
    return f'<text x="{x}" y="{y}" {style}>{escape(text)}</text>'


def _title(rule_set: RuleSet) -> str:
    signed = f"approved by {rule_set.approved_by}, {rule_set.approved_on}" if rule_set.approved_by else "not approved"
    return f"{rule_set.id} {rule_set.version} ({rule_set.content_hash[:12]}), {signed}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.backtest", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old", metavar="OLD", help="a rulebook folder or a git revision")
    parser.add_argument("new", metavar="NEW", help="likewise")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="stored answer sets; samples when not given")
    parser.add_argument("--samples", type=int, default=SAMPLES, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--questionnaire", default=samples.QUESTIONNAIRE, help="default: %(default)s")
    parser.add_argument("--picture", type=Path, default=PICTURE, metavar="FILE", help="default: build/backtest.svg")
    arguments = parser.parse_args()
    try:
        old, new = (rules_of(place, arguments.questionnaire) for place in (arguments.old, arguments.new))
    except (RulebookError, OSError) as error:
        parser.error(str(error))
    if arguments.samples < 0:
        parser.error("--samples must not be negative")
    sets = read_answers(arguments.answers) if arguments.answers else sample_answers(new, arguments.samples)
    try:
        found = backtest(old, new, sets)
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"{arguments.answers}: {getattr(error, 'strerror', None) or 'is not text'}")
    show(found, Console(highlight=False, soft_wrap=True))
    arguments.picture.parent.mkdir(parents=True, exist_ok=True)
    arguments.picture.write_text(picture(found), encoding="utf-8")
    print(f"picture: {arguments.picture}")
    return 1 if found.unscored or not found.count else 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # otherwise `| head` would cause a traceback
    sys.exit(main())
