"""Shows which tiers the rules give to the simulated visitors of dev/people.py.

    python -m dev.population

The same seed gives the same people and answers.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich import markup
from rich.console import Console
from rich.progress import track
from rich.table import Table

from dev import people, people_rates
from dev.load_rules import load_rules
from dev.people import Person
from dev.people_rates import Item
from dev.samples import codes_of
from shared.domain.rules.questionnaire import Answers, Questionnaire
from shared.domain.rules.sole_cause import sole_cause
from shared.domain.rules.triage import RuleSet, triage

PICTURE = Path(__file__).resolve().parent.parent / "build" / "population.svg"
QUESTIONNAIRE = "fs-intake"
ASSUMED = 1.0
# factor for the share of people who tick an option -> name of the factor
TICKING = {0.5: "half", ASSUMED: "as assumed", 1.5: "1.5 times"}
DRAWN = 18
COLOURS = {"EMERGENCY": "#b3261e", "URGENT": "#e07b39", "PRIORITY": "#e8c468", "ROUTINE": "#7fa98b"}
OTHER_COLOUR = "#c9ced6"
ILL = "ill: {}"
OF_MINORS = frozenset({("who", "guardian")})  # all drawn people are adults
# Classic red flags as in Premkumar 2018, where 92.6% of 9,940 new spine-center patients had at least one.
CLASSIC_AGE = 50
CLASSIC_FLAGS = frozenset(
    {
        *(("sys", option) for option in ("cancer", "cancer-past", "weight-loss", "fever", "night-sweats", "infection")),
        *(("sys", option) for option in ("immune-low", "ivdu", "steroid-long", "osteoporosis")),
        *(("ces", option) for option in ("saddle-numb", "bladder-retention", "bladder-numb", "bladder-urgency")),
        *(("ces", option) for option in ("bladder-leak", "bowel-loss")),
        *(("injury", "fall"), ("injury", "major"), ("pattern", "night-unrelenting")),
    }
)


@dataclass(slots=True)
class Counts:
    """Counts of people.

    groups: (group or illness, tier) -> number of people
    ticked: (question, option) -> number of people who chose the option
    fired: rule id -> number of people for whom the rule fired
    sole: rule id -> number of people whose tier only this rule caused
    """

    people: int = 0
    tiers: Counter[str] = field(default_factory=Counter)
    groups: Counter[tuple[str, str]] = field(default_factory=Counter)
    ticked: Counter[Item] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    sole: Counter[str] = field(default_factory=Counter)

    def share(self, tier: str) -> float:
        return self.tiers[tier] / self.people


def visitors(count: int, seed: int) -> list[Person]:
    chance = random.Random(seed)  # noqa: S311  the numbers need not be secret
    return [people.draw(chance) for _ in range(count)]


def score(rule_set: RuleSet, visiting: list[Person], seed: int, ticking: float = ASSUMED) -> Counts:
    # `visitors` takes a varying number of random numbers, so answers have their own generator.
    chance, found = random.Random(f"answers {seed}"), Counts(len(visiting))  # noqa: S311
    for person in visiting:
        answers = people.answers(person, chance, ticking)
        result = triage(rule_set, answers)
        found.tiers[result.tier] += 1
        found.groups[person.group, result.tier] += 1
        if person.illness:
            found.groups[ILL.format(person.illness), result.tier] += 1
        found.ticked.update(chosen(answers))
        found.fired.update(rule.id for rule in result.safety_rules)
        if sole := sole_cause(rule_set, answers, result):
            found.sole[sole] += 1
    return found


def chosen(answers: Answers) -> Iterator[Item]:
    for question, answer in answers.items():
        yield from ((question, code) for code in codes_of(answer))


def never_ticked(questionnaire: Questionnaire, ticked: Collection[Item]) -> list[Item]:
    """Returns the options for adults that have no rate and are not in `ticked`."""
    known = {*ticked, *((rate.question, rate.option) for rate in people_rates.RATES), *OF_MINORS}
    every = (
        (question.code, option.code) for question in questionnaire.questions.values() for option in question.options
    )
    return [item for item in every if item not in known]


def has_classic_red_flag(person: Person) -> bool:
    return person.age >= CLASSIC_AGE or not CLASSIC_FLAGS.isdisjoint(person.has)


@dataclass(slots=True)
class Population:
    """The counts from several draws of people.

    draws: key of TICKING -> counts of each draw
    flagged: share of people with a classic red flag
    """

    rule_set: RuleSet
    draws: dict[float, list[Counts]]
    flagged: float

    def shares(self, tier: str, ticking: float) -> tuple[float, float, float]:
        """Returns the mean, lowest and highest share of a tier over the draws."""
        shares = [counts.share(tier) for counts in self.draws[ticking]]
        return sum(shares) / len(shares), min(shares), max(shares)

    def fired(self, rule: str, ticking: float) -> float:
        return self._share(sum(counts.fired[rule] for counts in self.draws[ticking]), ticking)

    def sole(self, rule: str, ticking: float) -> float:
        return self._share(sum(counts.sole[rule] for counts in self.draws[ticking]), ticking)

    def _share(self, times: int, ticking: float) -> float:
        return times / sum(counts.people for counts in self.draws[ticking])

    def rules(self) -> Iterator[tuple[str, str]]:
        """Yields each safety rule's floor and id, by urgency and then by how often the rule alone caused a tier."""
        tiers = self.rule_set.tiers
        for rule in sorted(
            self.rule_set.safety,
            key=lambda rule: (tiers[rule.floor].rank, -self.sole(rule.id, ASSUMED), -self.fired(rule.id, ASSUMED)),
        ):
            yield rule.floor, rule.id

    def groups(self) -> Counter[tuple[str, str]]:
        return sum((counts.groups for counts in self.draws[ASSUMED]), Counter())


def population(rule_set: RuleSet, count: int, draws: int, seed: int, console: Console | None = None) -> Population:
    """Draws people several times, and triages their answers at each rate of ticking.

    count: people in each draw
    console: shows the progress; None: no progress
    """
    found: dict[float, list[Counts]] = {ticking: [] for ticking in TICKING}
    flagged = 0
    for number in track(range(draws), "Draws", console=console, transient=True, disable=console is None):
        visiting = visitors(count, seed + number)
        flagged += sum(map(has_classic_red_flag, visiting))
        for ticking, scored in found.items():
            scored.append(score(rule_set, visiting, seed + number, ticking))
    return Population(rule_set, found, flagged / (count * draws))


def show(found: Population, console: Console) -> None:
    rule_set, each = found.rule_set, found.draws[ASSUMED]
    console.print(f"{rule_set.id} {rule_set.version}: {len(each)} draws of {each[0].people} people")
    console.print(
        f"With a classic red flag, by age {CLASSIC_AGE} or an illness: {found.flagged:.1%} (Premkumar 2018: 92.6%)\n"
    )
    tiers = Table("tier", *TICKING.values(), title="Tiers: % of people, and of the lowest and highest draw, by ticking")
    for tier in rule_set.tiers:
        tiers.add_row(tier, *(_spread(*found.shares(tier, ticking)) for ticking in TICKING))
    rules = Table(
        "rule", "floor", "fired", *TICKING.values(), title="Safety rules: % fired, and % only cause by ticking"
    )
    silent = []
    for floor, rule in found.rules():
        if any(found.fired(rule, ticking) for ticking in TICKING):
            soles = (f"{100 * found.sole(rule, ticking):.2f}" for ticking in TICKING)
            rules.add_row(rule, floor, f"{100 * found.fired(rule, ASSUMED):.2f}", *soles)
        else:
            silent.append(rule)
    groups = Table("group", "people", *rule_set.tiers, title="Groups: % by tier")
    counts = found.groups()
    for group in [*people_rates.COMPLAINTS, *map(ILL.format, people_rates.ILLNESSES)]:
        total = sum(times for (name, _), times in counts.items() if name == group)
        shares = (f"{100 * counts[group, tier] / total:.1f}" if total else "" for tier in rule_set.tiers)
        groups.add_row(group, str(total), *shares)
    console.print(tiers, rules)
    if silent:
        console.print(f"Never fired: {', '.join(silent)}\n")
    if without := never_ticked(rule_set.questionnaire, sum((counts.ticked for counts in each), Counter())):
        names = markup.escape(", ".join(map(" ".join, without)))
        console.print(f"[yellow]Nobody ticked {names}. Give each a Rate in dev/people_rates.py.[/]\n")
    console.print(groups)


def _spread(mean: float, lowest: float, highest: float) -> str:
    return f"{100 * mean:.1f} ({100 * lowest:.1f}-{100 * highest:.1f})"


def draw_picture(found: Population, path: Path) -> None:
    """Draws each tier's share, and the rules that were most often the only cause of a tier."""
    import matplotlib as mpl  # noqa: PLC0415  slow to import

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "population"  # makes the file reproducible
    mpl.rcParams["svg.fonttype"] = "none"  # keeps text as text
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 6), layout="constrained", width_ratios=(2, 3))
    names = list(TICKING.values())
    bottom = [0.0] * len(names)
    for tier in found.rule_set.tiers:
        heights = [100 * found.shares(tier, ticking)[0] for ticking in TICKING]
        bars = left.bar(names, heights, bottom=bottom, label=tier, color=COLOURS.get(tier, OTHER_COLOUR))
        left.bar_label(bars, [f"{height:.1f}" if height >= 1 else "" for height in heights], label_type="center")
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    left.set(ylabel="% of visitors", xlabel="how often people tick", title="Tiers")
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False)
    safety = [name for name, tier in found.rule_set.tiers.items() if tier.safety]
    rules = [(floor, rule) for floor, rule in found.rules() if floor in safety]
    rules = sorted(rules, key=lambda entry: found.sole(entry[1], ASSUMED))[-DRAWN:]
    width = 0.8 / len(TICKING)
    for number, (ticking, name) in enumerate(TICKING.items()):
        right.barh(
            [row + (number - 1) * width for row in range(len(rules))],
            [100 * found.sole(rule, ticking) for _, rule in rules],
            width,
            color=[COLOURS.get(floor, OTHER_COLOUR) for floor, _ in rules],
            alpha=0.4 + 0.3 * number,
            label=name,
        )
    right.set_yticks(range(len(rules)), [rule for _, rule in rules])
    right.set(xlabel=f"% of visitors (pale to dark: {', '.join(names)})", title=f"Only cause of {' or '.join(safety)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dev.population", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=4_000, metavar="N", help="in each draw (default: %(default)s)")
    parser.add_argument("--draws", type=int, default=8, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=2026, metavar="N", help="default: %(default)s")
    parser.add_argument("--picture", type=Path, default=PICTURE, metavar="FILE", help="default: build/population.svg")
    arguments = parser.parse_args()
    if arguments.people < 1 or arguments.draws < 1:
        parser.error("--people and --draws must be at least 1")
    rule_set = load_rules().of(QUESTIONNAIRE)
    if rule_set is None:
        parser.error(f"there is no questionnaire {QUESTIONNAIRE}")
    console = Console(highlight=False, soft_wrap=True)
    found = population(rule_set, arguments.people, arguments.draws, arguments.seed, console)
    show(found, console)
    try:
        draw_picture(found, arguments.picture)
    except OSError as error:
        parser.error(f"{arguments.picture}: {error.strerror}")
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
