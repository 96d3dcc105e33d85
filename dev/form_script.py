"""Builds what visitors download: web/lead-form.js from web/lead-form, and minified style sheets from web/styles.

    python -m dev.form_script

The modules become one script, because each download may cause a cold start. The results are committed, so only this
command needs Node.
"""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

from dev.load_rules import load_rules
from shared.rulebook.ui_texts import all_words

PROJECT = Path(__file__).resolve().parent.parent
MODULES = PROJECT / "web" / "lead-form"
STYLES = PROJECT / "web" / "styles"
PINS = PROJECT / "dev" / "npm"
HOME = PROJECT / ".local" / "esbuild"
FILES = ("package.json", "package-lock.json", ".npmrc")
SPOKEN = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
SMALL = ("--minify", "--target=chrome95,firefox95,safari15")


def spoken() -> set[str]:
    """Returns the script's English texts, which visitors may see before the form has loaded."""
    return {text for module in MODULES.glob("*.js") for text in SPOKEN.findall(module.read_text(encoding="utf-8"))}


def esbuild() -> Path:
    """Returns the path of the locked version of esbuild, after installing a missing one.

    Raises:
        FileNotFoundError: npm is missing
    """
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


def made() -> dict[str, str]:
    program, rulebook = esbuild(), load_rules()
    styles = {path.stem: path.read_text(encoding="utf-8") for path in STYLES.iterdir()}
    sheets = {name: _run(program, "--loader=css", *SMALL, text=text) for name, text in styles.items()}
    texts = sorted(spoken())
    defined = {
        "STYLE": sheets["form"].strip(),
        "WORDS": {language: {text: known[text] for text in texts} for language, known in all_words().items()},
        "ADVICE": {language: rulebook.emergency_advice_in(language) for language in ("en", *all_words())},
    }
    defines = (f"--define:{name}={json.dumps(value, ensure_ascii=False)}" for name, value in defined.items())
    script = _run(program, str(MODULES / "element.js"), "--bundle", "--format=esm", "--charset=utf8", *SMALL, *defines)
    return {
        "web/lead-form.js": script,
        "web/form.css": sheets["form"] + sheets["questions"],
        "web/page.css": sheets["page"],
        "web/plain.css": sheets["plain"],
        "shared/http/pages/questions.css": sheets["questions"],
    }


def _run(program: Path, *arguments: str, text: str = "") -> str:
    done = subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=True, cwd=PROJECT)
    return done.stdout


def main() -> None:
    for name, content in made().items():
        (PROJECT / name).write_text(content, encoding="utf-8")
        print(f"{name}: {len(content.encode()):,} bytes")


if __name__ == "__main__":
    main()
