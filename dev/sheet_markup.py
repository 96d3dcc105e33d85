"""Writes the physician's sheet as Markdown, and turns Markdown into one HTML page."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it import MarkdownIt

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1f24; margin: 2rem auto; max-width: 82rem; padding: 0 1rem; }
h1 { margin-bottom: .3rem; } h2 { margin-top: 2.5rem; border-bottom: 2px solid #d0d7de; padding-bottom: .2rem; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; }
th, td { border: 1px solid #d0d7de; padding: .45rem .6rem; text-align: left; vertical-align: top; }
th { background: #eef2f6; position: sticky; top: 0; } tbody tr:nth-child(even) { background: #f8fafc; }
thead:has(th:empty) { display: none; } tr { scroll-margin-top: 4rem; }
tr:target { outline: 3px solid #b35900; }
code { font: .86em ui-monospace, monospace; white-space: nowrap; } a { color: #0b57a4; }
pre code { white-space: pre-wrap; } pre { background: #f3f5f7; padding: .6rem; }
td:first-child code { font-weight: 600; }
.EMERGENCY { background: #fbdada; } .URGENT { background: #ffe8cc; } .PRIORITY { background: #fdf6c8; }
.EMERGENCY, .URGENT, .PRIORITY, .ROUTINE, .NOT_A_FIT { font-weight: 600; }
@media print {
  body { font-size: 10px; margin: 0; max-width: none; } th { position: static; } tr { break-inside: avoid; }
}
"""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def text(words: str) -> str:
    return re.sub(r"([\\`*_<|])", r"\\\1", words)


def code(name: str) -> str:
    return f"`{name}`"


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def html(markdown: str, title: str) -> str:
    """Returns one self-contained HTML page.

    A name in the first cell of a table row becomes an anchor. Elsewhere, the name links to the anchor.
    """
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    body = re.sub(r"<tr>\n<td><code>([^<]+)</code>", r'<tr id="\1">\n<td><b><code>\1</code></b>', body)
    rows = set(re.findall(r'<tr id="([^"]+)">', body))
    tiers = "EMERGENCY|URGENT|PRIORITY|ROUTINE|NOT_A_FIT"
    body = re.sub(rf"<td>(<code>({tiers})</code></td>)", r'<td class="\2">\1', body)
    body = re.sub(
        r"(?<!<b>)<code>([^<]+)</code>(?! “)",  # (?! “) skips option codes, which may equal a row's name
        lambda name: f'<a href="#{name[1]}">{name[0]}</a>' if name[1] in rows else name[0],
        body,
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{STYLE}</style>\n'
        f"{body}</html>\n"
    )
