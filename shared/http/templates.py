"""Loads the page templates, which the build compiles to Python, because parsing them slows a cold start."""

from pathlib import Path
from urllib.parse import urlencode

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined

FOLDER = Path(__file__).parent / "pages"
COMPILED = FOLDER / "compiled"  # absent in development


def environment(loader: BaseLoader | None = None) -> Environment:
    """`loader`: by default, loads the compiled templates or, in development, the HTML files."""
    made = Environment(
        loader=loader or ChoiceLoader([ModuleLoader(COMPILED), FileSystemLoader(FOLDER)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    made.filters["query"] = urlencode
    return made


def compile_templates() -> None:
    environment(FileSystemLoader(FOLDER)).compile_templates(
        COMPILED, extensions=["html"], zip=None, ignore_errors=False
    )
