"""Builds the bundle of one function: its module, shared/ with its data, and the locked dependencies, all compiled.

    python -m infra.build CaptureLead infra/.aws-sam/build/CaptureLead       (`sam build` runs this)

This program needs only the standard library. It caches the common part of all bundles in .local/bundle.
Each bundle hard-links to the cached files.
"""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from infra import slimming
from shared.http.landing_page import FILE, about_clinic
from shared.rulebook import loading, toml_files

PROJECT = Path(__file__).resolve().parent.parent
LOCK = PROJECT / "locks" / "runtime.txt"
CACHE = PROJECT / ".local" / "bundle"
BUILD_CODE = [Path(file).read_text(encoding="utf-8") for file in (__file__, slimming.__file__)]

Version = tuple[int, int]
LAMBDA_PYTHON: Version = (3, 13)
LAMBDA_PLATFORM = "manylinux_2_28_x86_64"  # needs glibc 2.28; Lambda's glibc is newer
TASK_ROOT = "/var/task"
EVERY_FUNCTION_HAS = ("__init__", "wiring", "telemetry")
WEB_FUNCTION = "show_page"  # the only function that gets web/
NOT_SERVED = ("lead-form", "styles")  # dev/form_script.py builds other files of web/ from these sources


def module_name(logical_id: str) -> str:
    """Converts a logical id to a module name: CaptureLead -> capture_lead."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id).lower()


def bundle(
    functions: Iterable[str],
    destination: Path,
    python: Version = LAMBDA_PYTHON,
    platform: str | None = LAMBDA_PLATFORM,
) -> None:
    """Replaces the content of `destination` with everything that these functions need on Lambda.

    functions: module names
    platform: the platform tag of the wheels; None for this machine's platform.
    """
    shutil.rmtree(destination, ignore_errors=True)
    link_tree(common_part(python, platform), destination)
    _function_sources(list(functions), destination, python)


def check_data(rulebook: Path = loading.FOLDER, clinic: Path = FILE) -> None:
    """Checks the rulebook and the clinic's details, and that no signature has a date in the future.

    Raises:
        ValueError: a file is invalid; the message names the file and the entry
    """
    for file in sorted(rulebook.glob("*.toml")):
        loading.read_table(file)
    loading.load(rulebook).check_signed_by(datetime.now(UTC).date().isoformat())
    about_clinic(clinic)


def sources(functions: Iterable[str], destination: Path, python: Version) -> None:
    """Adds this project's own code and data for these functions to `destination`, and compiles the code."""
    _shared_sources(destination, python)
    _function_sources(list(functions), destination, python)


def _shared_sources(destination: Path, python: Version) -> None:
    _copy_sources(PROJECT / "shared", destination / "shared")
    for file in (destination / "shared/rulebook").rglob("*.toml"):
        toml_files.parse(file)
    # finds errors now, because functions parse some of these files only for the first free-text answer
    loading.load(destination / "shared/rulebook")
    compile_all(python, destination / "shared", root=destination)


def _function_sources(functions: list[str], destination: Path, python: Version) -> None:
    (destination / "functions").mkdir()
    for module in (*EVERY_FUNCTION_HAS, *functions):
        shutil.copyfile(PROJECT / f"functions/{module}.py", destination / f"functions/{module}.py")
    if WEB_FUNCTION in functions:
        _copy_sources(PROJECT / "web", destination / "web")
        about_clinic(destination / "web" / "clinic.toml")  # an invalid field must fail the build
    compile_all(python, destination / "functions", root=destination)


def templates(destination: Path, python: Version) -> None:
    """Compiles the page templates to Python modules, with the bundle's Jinja. `destination`: folder of the bundle."""
    program = "from shared.http.templates import COMPILED, compile_templates; compile_templates(); print(COMPILED)"
    command = [sys.executable, "-I", "-B", "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {program}"]
    done = subprocess.run([*command, str(destination)], stdout=subprocess.PIPE, text=True, check=True)
    compile_all(python, Path(done.stdout.strip()), root=destination)


def dependencies(python: Version, platform: str | None) -> Path:
    def make(folder: Path) -> None:
        install(folder, LOCK, python, platform)
        slimming.slim(folder)
        compile_all(python, folder, root=folder)

    return _cached("", [LOCK.read_text(), *BUILD_CODE, str(python), str(platform), str(_can_compile(python))], make)


def common_part(python: Version, platform: str | None) -> Path:
    """Returns the cached folder of the dependencies and shared/ with its page templates."""
    libraries = dependencies(python, platform)

    def make(folder: Path) -> None:
        link_tree(libraries, folder)
        _shared_sources(folder, python)
        templates(folder, python)

    files = sorted(
        path for path in (PROJECT / "shared").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return _cached(f"{libraries.name}-", [f"{path} {_hash(path.read_bytes())}" for path in files], make)


def _cached(name: str, made_from: list[str], make: Callable[[Path], None]) -> Path:
    """Returns a folder that `make` filled, perhaps in an earlier call with the same `name` and `made_from`.

    name: beginning of the folder's name. Other folders whose names begin with a non-empty `name` are removed.
    made_from: texts that determine the content of the folder
    """
    folder = CACHE / (name + _hash("\n".join(made_from).encode()))
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:  # `sam build` runs several builds at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for older in CACHE.glob(f"{name}*") if name else ():
                shutil.rmtree(older)
            unfinished = CACHE / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def install(folder: Path, lock: Path, python: Version, platform: str | None) -> None:
    version = ".".join(map(str, python))
    common = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", str(folder)]
    uv = shutil.which("uv", path=f"{PROJECT / '.local/uv/bin'}:{os.environ.get('PATH', '')}")
    if uv:
        arch = ["--python-platform", f"x86_64-{platform.removesuffix('_x86_64')}"] if platform else []
        command = [uv, "pip", "install", *common, "--python-version", version, *arch]
    else:
        tags = ("manylinux2014_x86_64", platform) if platform else ()
        command = [sys.executable, "-m", "pip", "install", *common, "--python-version", version]
        command += [part for tag in tags for part in ("--platform", tag)]
    subprocess.run([*command, "-r", str(lock)], check=True)


def _can_compile(python: Version) -> bool:
    return sys.version_info[:2] == python


def compile_all(python: Version, *folders: Path, root: Path) -> None:
    """Compiles the folders to .pyc files. Without them, Lambda would compile all modules at each cold start.

    The .pyc files must not depend on file times, because zip files round these times.
    Prints a warning and compiles nothing if this process runs on another version than `python`.

    root: this part of the paths in the .pyc files is replaced by the path on Lambda
    """
    if not _can_compile(python):
        here, there = (".".join(map(str, version)) for version in (sys.version_info[:2], python))
        print(  # SAM shows standard error only if a build fails
            f"WARNING: no .pyc are shipped, and every cold start will take seconds longer. This build runs on "
            f"Python {here}; the functions run on {there}. Install Python {there} and build again."
        )
        return
    options = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", TASK_ROOT]
    subprocess.run([sys.executable, "-m", "compileall", *options, *map(str, folders)], check=True)


def link_tree(source: Path, destination: Path) -> None:
    def link(original: str, copy: str) -> None:
        try:
            os.link(original, copy)
        except OSError:  # no hard link is possible to another file system
            shutil.copyfile(original, copy)

    shutil.copytree(source, destination, copy_function=link)


def _copy_sources(source: Path, destination: Path) -> None:
    shutil.copytree(source, destination, ignore=shutil.ignore_patterns("__pycache__", ".*", *NOT_SERVED))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("function", help="its logical id in the template")
    parser.add_argument("destination", type=Path)
    arguments = parser.parse_args()
    try:
        check_data()
    except ValueError as error:
        sys.exit(f"not built: {error}")
    bundle([module_name(arguments.function)], arguments.destination)


if __name__ == "__main__":
    main()
