"""Writes the long checks' report as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from tests.soak.check import Histogram

if TYPE_CHECKING:
    from tests.soak.soak import Result

BARS = 40
WIDTH, HEIGHT, MARGIN = 640, 160, 24
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Long checks, seed {seed}</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2733 }}
  table {{ border-collapse: collapse }}
  th, td {{ text-align: left; vertical-align: top; padding: .3rem .8rem; border-bottom: 1px solid #d5dce4 }}
  .bad {{ color: #a3180f; font-weight: 600 }}
  svg {{ display: block; margin: .5rem 0 1.5rem }} rect {{ fill: #2b6cb0 }} text {{ font-size: 12px }}
</style>
<h1>Long checks, seed {seed}</h1>
<table><tr><th>check<th>what it shows<th>done<th>violations<th>CPU-seconds<th>per second and core</tr>
{rows}</table>
{details}
</html>
"""


def page(results: Sequence[Result], seed: int) -> str:
    rows, details = [], []
    for result in results:
        check, found = result.check, result.found
        rate = found.done / result.took if result.took else 0
        bad = ' class="bad"' if found.violations or found.done < check.amount else ""
        done = f"{found.done:,} of {check.amount:,} {check.unit}"
        rows.append(
            f"<tr><td>{check.name}<td>{escape(check.promise)}<td{bad}>{done}<td{bad}>{len(found.violations)}"
            f"<td>{result.took:.0f}<td>{rate:,.0f}</tr>"
        )
        if found.counts or found.histograms or found.violations:
            details.append(f"<h2>{check.name}</h2>")
        counted = "".join(f"<tr><td>{escape(name)}<td>{times:,}</tr>" for name, times in sorted(found.counts.items()))
        details += [f"<table>{counted}</table>"] if counted else []
        details += [f"<h3>{escape(name)}</h3>{plot(values)}" for name, values in sorted(found.histograms.items())]
        details += [f'<p class="bad">{escape(violation)}</p>' for violation in found.violations]
        details += [f"<pre>{escape(note)}</pre>" for note in found.notes]
    return PAGE.format(seed=seed, rows="\n".join(rows), details="\n".join(details))


def percentile(values: Histogram, share: float) -> int:
    """Returns the smallest value v such that at least this share of the values is v or less.

    Raises:
        ValueError: the histogram is empty
    """
    needed, seen = share * sum(values.values()), 0
    for value in sorted(values):
        seen += values[value]
        if seen >= needed:
            return value
    raise ValueError("an empty histogram has no percentile")


def plot(values: Histogram) -> str:
    """Draws a histogram as SVG. Bar heights are square roots, so that rare values are visible."""
    low, high = min(values), max(values)
    step = max(1, -(-(high - low + 1) // BARS))
    bars: dict[int, int] = {}
    for value, times in values.items():
        bars[(value - low) // step] = bars.get((value - low) // step, 0) + times
    tallest, wide = max(bars.values()) ** 0.5, WIDTH / ((high - low) // step + 1)
    drawn = "".join(
        f'<rect x="{bar * wide:.1f}" y="{HEIGHT - tall:.1f}" width="{max(1, wide - 1):.1f}" height="{tall:.1f}">'
        f"<title>{low + bar * step} to {low + (bar + 1) * step - 1}: {times:,}</title></rect>"
        for bar, times in sorted(bars.items())
        for tall in [HEIGHT * times**0.5 / tallest]
    )
    marks = ", ".join(f"{name} {percentile(values, share)}" for name, share in PERCENTILES)
    axis = (
        f'<text x="0" y="{HEIGHT + 16}">{low}</text><text x="{WIDTH}" y="{HEIGHT + 16}" text-anchor="end">{high}</text>'
    )
    return f'<p>{marks}</p><svg width="{WIDTH}" height="{HEIGHT + MARGIN}" role="img">{drawn}{axis}</svg>'


PERCENTILES = (("median", 0.5), ("95%", 0.95), ("99%", 0.99), ("99.9%", 0.999), ("largest", 1.0))
