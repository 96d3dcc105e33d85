"""Finds Chromium for the browser tests. If there is none, `--install` unpacks Debian's package into .local/chromium.

python -m dev.chromium --install     downloads the headless shell if the machine has no Chromium
python -m dev.chromium               prints which Chromium is used
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".local" / "chromium"
ROOT = HOME / "root"
LIBRARY = ROOT / "usr" / "lib" / "chromium"
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser")
PACKAGES = (SHELL, "fonts-dejavu-core", "fonts-liberation", "fontconfig-config")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--single-threaded",
)
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{home}/font-cache</cachedir>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
</fontconfig>
"""
# Apt uses the machine's package sources and proxies, and runs no hooks.
APT = """#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
Dir::State "{home}/apt/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "{home}/apt/cache";
Dir::Log "{home}/apt/log";
Debug::NoLocking "true";
APT::Sandbox::User "{user}";
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
"""


@dataclass(frozen=True)
class Chromium:
    """A browser that can be started.

    path: the browser's program
    """

    path: str
    env: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = FLAGS


def find() -> Chromium | None:
    """Returns the headless shell, else a full Chromium, else None."""
    # Chromium is safe without its sandbox, because it opens only our own pages.
    flags = FLAGS if _may_sandbox() else (*FLAGS, "--no-sandbox")
    for name in NAMES:
        mode = () if name == SHELL else ("--headless=new",)
        if path := shutil.which(name):
            return Chromium(path, dict(os.environ), (*mode, *flags))
        if (LIBRARY / name).exists():
            return Chromium(str(LIBRARY / name), _own_environment(), (*mode, *flags))
    return None


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Opens Chromium without a window.

    Raises:
        SystemExit: there is no Chromium.
    """
    found = find()
    if not found:
        sys.exit("There is no Chromium: `make setup`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.path, env=dict(found.env), args=list(found.flags), headless=True
        )
        yield browser
        browser.close()


def _own_environment() -> dict[str, str]:
    libraries = [str(LIBRARY), *map(str, sorted(ROOT.glob("usr/lib/*-linux-gnu"))), *_nested_libraries()]
    inherited = os.environ.get("LD_LIBRARY_PATH", "")
    return os.environ | {
        "LD_LIBRARY_PATH": ":".join([*libraries, *filter(None, [inherited])]),
        "FONTCONFIG_FILE": str(HOME / "fonts.conf"),
    }


def _may_sandbox() -> bool:
    """Returns whether Chromium can use its sandbox, which needs user namespaces and does not run as root."""
    unshare = shutil.which("unshare")
    return (
        os.geteuid() != 0
        and unshare is not None
        and subprocess.call([unshare, "--user", "true"], stderr=subprocess.DEVNULL) == 0
    )


def _nested_libraries() -> list[str]:
    return sorted({str(library.parent) for library in ROOT.glob("usr/lib/*-linux-gnu/*/*.so*")})


def install() -> None:
    """Downloads and unpacks the headless shell and its dependencies, unless there is a Chromium."""
    found = find()
    if found and (SHELL in found.path or LIBRARY not in Path(found.path).parents):
        return
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        sys.exit("No Chromium was found, and this is not a Debian-like system: install Chromium, then try again.")
    for folder in ("apt/state/lists/partial", "apt/cache/archives/partial", "apt/log", "font-cache"):
        (HOME / folder).mkdir(parents=True, exist_ok=True)
    (HOME / "apt.conf").write_text(APT.format(home=HOME, user=os.environ.get("USER", "root")))
    (HOME / "fonts.conf").write_text(FONTS.format(home=HOME, root=ROOT))
    apt = ["apt-get", "-c", str(HOME / "apt.conf"), "-o", "Dpkg::Use-Pty=0"]
    print("-- Chromium (.local/chromium): package lists, then about 100 MB", flush=True)
    subprocess.run([*apt, "-q", "update"], check=False)  # some sources may be unreachable
    subprocess.run([*apt, "-q", "--download-only", "install", *PACKAGES], check=not found)
    for package in sorted((HOME / "apt/cache/archives").glob("*.deb")):
        if not package.name.startswith("libc6_"):  # the machine's loader needs the machine's C library
            subprocess.run(["dpkg-deb", "--extract", str(package), str(ROOT)], check=True)
    shutil.rmtree(HOME / "apt")
    if not find():
        sys.exit("Chromium was downloaded, but its program is not where it was expected; look in .local/chromium/root.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--install", action="store_true", help="download it if there is none")
    if parser.parse_args().install:
        HOME.mkdir(parents=True, exist_ok=True)
        install()
    chromium = find()
    print(f"Chromium: {chromium.path if chromium else 'none'}")


if __name__ == "__main__":
    main()
