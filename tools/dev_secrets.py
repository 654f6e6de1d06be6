"""Make the passwords and keys that docker-compose.yml wants, for this machine (`make secrets`).

They go to deploy/secrets, which git ignores; what is there already is kept. The files are readable
by all because the containers' user is another than yours; the folder is yours alone.
"""

import argparse
import secrets
import tempfile
from pathlib import Path

from chassis.crypto import write_key_files

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ("identity", "case", "payments", "withholding", "enforcement", "notification")
SITES = ("portal", "console")
PASSWORD_BYTES = 24
FOLDER_MODE = 0o700
FILE_MODE = 0o444


def password() -> str:
    """Return a password that may stand in an URL as it is."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def database_url(login: str, login_password: str, database: str) -> str:
    return f"postgresql+psycopg://{login}:{login_password}@postgres:5432/{database}"


def contents() -> dict[str, str]:
    """Return every secret file's name and text, all new."""
    admin, broker = password(), password()
    found = {
        "postgres_password": admin,
        "admin_database_url": database_url("postgres", admin, "postgres"),
        "amqp_url": f"amqp://childsupport:{broker}@rabbitmq:5672/%2F",
        "rabbitmq_login.conf": f"default_user = childsupport\ndefault_pass = {broker}\n",
    }
    for service in SERVICES:
        owner = f"{service}_owner"
        found[f"{service}_database_url"] = database_url(service, password(), service)
        found[f"{owner}_database_url"] = database_url(owner, password(), service)
    with tempfile.TemporaryDirectory() as folder:
        write_key_files(Path(folder), SERVICES)
        for path in Path(folder).iterdir():
            found[path.name] = path.read_text(encoding="utf-8")
    return found


def alone() -> dict[str, str]:
    """Return the secrets that fit no other file: those of the web sites' clients."""
    return {f"{site}_client_secret": password() for site in SITES}


def write(target: Path) -> bool:
    """Write all of them, or, if the folder has some, only what stands alone: halves must fit."""
    target.mkdir(parents=True, exist_ok=True)
    target.chmod(FOLDER_MODE)
    begun = any(target.iterdir())
    wanted = alone() if begun else contents() | alone()
    for name, text in wanted.items():
        path = target / name
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            path.chmod(FILE_MODE)
    return not begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "deploy" / "secrets")
    target: Path = parser.parse_args().target
    print(f"written: {target}" if write(target) else f"kept as they are: {target}")


if __name__ == "__main__":
    main()
