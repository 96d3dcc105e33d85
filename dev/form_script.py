"""Joins the modules of web/lead-form and the styles of web/form.css into web/lead-form.js, and makes them small.

    python -m dev.form_script

One file, because each file that a visitor downloads may start another function. The result is committed, so that
neither a build nor a run needs Node. esbuild is installed into .local/esbuild from the lock file in dev/npm.
"""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

from shared.rulebook.loading import load
from shared.rulebook.ui_texts import all_words

PROJECT = Path(__file__).resolve().parent.parent
MODULES = PROJECT / "web" / "lead-form"
STYLES = PROJECT / "web" / "form.css"
SCRIPT = PROJECT / "web" / "lead-form.js"
PINS = PROJECT / "dev" / "npm"
HOME = PROJECT / ".local" / "esbuild"
FILES = ("package.json", "package-lock.json", ".npmrc")
SPOKEN = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
TARGET = "--target=chrome95,firefox95,safari15"


def spoken() -> set[str]:
    """Returns the English texts that the modules show to visitors."""
    return {text for module in MODULES.glob("*.js") for text in SPOKEN.findall(module.read_text(encoding="utf-8"))}


def esbuild() -> Path:
    """Installs esbuild, unless the locked version is there. Returns its path. Raises FileNotFoundError without npm."""
    program = shutil.which("npm")
    if program is None:
        raise FileNotFoundError("npm, which installs esbuild, is missing")
    wanted = hashlib.sha256(b"".join((PINS / name).read_bytes() for name in FILES)).hexdigest()
    stamp = HOME / ".ready"
    if not stamp.exists() or stamp.read_text() != wanted:
        HOME.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copyfile(PINS / name, HOME / name)
        subprocess.run([program, "ci", "--ignore-scripts"], cwd=HOME, check=True, capture_output=True, timeout=300)
        stamp.write_text(wanted)
    return HOME / "node_modules" / ".bin" / "esbuild"


def joined() -> str:
    """Returns the script."""
    program, rulebook = esbuild(), load()
    texts = sorted(spoken())
    defined = {
        "STYLE": _run(program, "--loader=css", "--minify", TARGET, text=STYLES.read_text(encoding="utf-8")).strip(),
        "WORDS": {language: {text: known[text] for text in texts} for language, known in all_words().items()},
        "ADVICE": {language: rulebook.emergency_advice_in(language) for language in ("en", *all_words())},
    }
    defines = (f"--define:{name}={json.dumps(value, ensure_ascii=False)}" for name, value in defined.items())
    options = ("--bundle", "--format=esm", "--minify", "--charset=utf8", TARGET, *defines)
    return _run(program, str(MODULES / "element.js"), *options)


def _run(program: Path, *arguments: str, text: str = "") -> str:
    done = subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=True, cwd=PROJECT)
    return done.stdout


def main() -> None:
    script = joined()
    SCRIPT.write_text(script, encoding="utf-8")
    print(f"{SCRIPT.relative_to(PROJECT)}: {len(script.encode()):,} bytes")


if __name__ == "__main__":
    main()
