"""Lists the metrics of the functions' code and of the template's metric filters."""

import ast
from collections.abc import Iterator
from functools import cache

from dev import template
from shared.rulebook.loading import load

FUNCTIONS = template.TEMPLATE.parents[1] / "functions"
Dimensions = tuple[str, ...]


@cache
def emitted() -> dict[str, Dimensions]:
    """Returns name -> dimension names of each metric that the service can emit."""
    sources = [path.read_text(encoding="utf-8") for path in FUNCTIONS.glob("*.py")]
    found: dict[str, Dimensions] = {
        name: ("service",) for source in sources for call in calls(source, "add_metric") for name in _names(call)
    }
    for entry in template.read()["Resources"].values():
        if entry["Type"] == "AWS::Logs::MetricFilter":
            found |= {into["MetricName"]: () for into in entry["Properties"]["MetricTransformations"]}
    return found


def calls(source: str, method: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node


def _names(call: ast.Call) -> Iterator[str]:
    """Yields the metric names that a call may add, one per tier for an f-string with a tier.

    Raises:
        ValueError: a name is known only at run time
    """
    match call.args[0]:
        case ast.Constant(value=str(name)):
            yield name
        case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), ast.FormattedValue() as end]) if ast.unparse(
            end.value
        ).endswith(".tier"):
            yield from (
                f"{prefix}{tier}" for tier in {tier for rules in load().rule_sets.values() for tier in rules.tiers}
            )
        case _:
            raise ValueError(ast.unparse(call))
