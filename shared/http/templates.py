"""Loads the page templates. The build compiles them to Python, because parsing templates takes half of a cold start."""

from pathlib import Path
from urllib.parse import urlencode

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined

FOLDER = Path(__file__).parent / "pages"
COMPILED = FOLDER / "compiled"  # absent in development


def environment(loader: BaseLoader | None = None) -> Environment:
    """Returns the Jinja environment.

    loader: the source of templates; by default the compiled templates or, if there are none, the HTML files.
    """
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
    """Writes each template as a Python module, for the build."""
    environment(FileSystemLoader(FOLDER)).compile_templates(
        COMPILED, extensions=["html"], zip=None, ignore_errors=False
    )
