"""Image and compose file: checked by their linters, and against what the code knows."""

import importlib
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from chassis.settings import ServiceSettings

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sysconfig.get_path("scripts"))
COMPOSE_FILE = ROOT / "docker-compose.yml"
COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "childsupport" in service["image"]}
JOBS = {name: service for name, service in OURS.items() if service["restart"] == "no"}
ROLES = ("api", "worker", "relay")
# The services in the tree that run by roles, with a database of their own.
HOMES = sorted(
    path.parent.parent.name for path in (ROOT / "services").glob("*/*_service/migrations")
)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def compose_schema(path: Path) -> subprocess.CompletedProcess[str]:
    return run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)


def hadolint(path: Path) -> subprocess.CompletedProcess[str]:
    return run(BIN / "hadolint", path)


def settings_of(service: str) -> set[str]:
    """Return the names of the settings that a service of the tree can be told."""
    module = f"{service}_service.service"
    if not (ROOT / "services" / service / f"{service}_service").is_dir():
        pytest.skip(f"{service} is not in the tree")
    importlib.import_module(module)
    known = [ServiceSettings]
    for kind in known:
        known += kind.__subclasses__()
    ours = [
        kind
        for kind in known
        if kind.__module__.split(".")[0] in {f"{service}_service", "chassis", "web"}
    ]
    return {field.upper() for kind in ours for field in kind.model_fields}


def launcher_source() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "services" / "launcher").rglob("*.py"))


def test_the_dockerfile_lints_and_a_careless_one_would_not(tmp_path: Path) -> None:
    said = hadolint(ROOT / "deploy" / "Dockerfile")
    assert said.returncode == 0, said.stdout
    careless = tmp_path / "Dockerfile"
    careless.write_text("FROM python\nRUN cd /tmp && sudo pip install grpcio\n")
    assert hadolint(careless).returncode != 0


def test_the_compose_file_fits_its_schema_and_a_misspelt_one_would_not(tmp_path: Path) -> None:
    said = compose_schema(COMPOSE_FILE)
    assert said.returncode == 0, said.stdout
    misspelt = tmp_path / "docker-compose.yml"
    misspelt.write_text(COMPOSE_FILE.read_text().replace("healthcheck:", "healthchek:"))
    assert compose_schema(misspelt).returncode != 0


def test_image_runs_as_a_numbered_user_and_stops_on_sigterm() -> None:
    last_stage = (ROOT / "deploy" / "Dockerfile").read_text().split("\nFROM ")[-1]
    for line in (
        "USER 10001:10001",
        "STOPSIGNAL SIGTERM",
        'ENTRYPOINT ["childsupport"]',
        'CMD ["childsupport", "health"]',
    ):
        assert line in last_stage


@pytest.mark.parametrize("service", HOMES)
def test_every_service_of_the_tree_has_its_roles_and_migrations(service: str) -> None:
    assert SERVICES[f"migrate-{service}"]["command"] == ["migrate", service]
    assert set(SERVICES[f"migrate-{service}"]["depends_on"]) == {"provision"}
    roles = ("api",) if service == "intake" else ROLES
    for role in roles:
        running = SERVICES["intake" if service == "intake" else f"{service}-{role}"]
        assert running["command"] == ["run", service, role]
        waits_for = running["depends_on"][f"migrate-{service}"]
        assert waits_for == {"condition": "service_completed_successfully"}


def test_every_command_names_a_service_and_role_that_can_be() -> None:
    named = {path.name for path in (ROOT / "services").iterdir()}
    for service in OURS.values():
        verb, *arguments = service["command"]
        assert verb in {"run", "migrate", "provision", "site-clients"}
        if verb == "run":
            assert arguments[0] in named
            assert arguments[1] in ROLES
        elif verb == "migrate":
            assert arguments[0] in named


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_is_a_setting_that_the_code_knows(name: str) -> None:
    verb, *arguments = OURS[name]["command"]
    if verb == "provision":
        text = launcher_source()
        if "provision" not in text:
            pytest.skip("the command is not in the tree yet")
        services = [key.split("-")[1] for key in JOBS if key.startswith("migrate-")]
    elif verb == "site-clients":
        text, services = "", ["identity", "portal", "console"]
    else:
        text = ""
        services = arguments[:1]
    known = set()
    for service in services:
        plain = settings_of(service)
        known |= plain | {f"{service.upper()}_{setting}" for setting in plain}
    unknown = {
        variable
        for variable in OURS[name].get("environment", {})
        if variable not in known
        and variable.removesuffix("_FILE") not in known
        and variable.removesuffix("_FILE") not in text
    }
    assert unknown == set()


def test_every_process_is_watched_bounded_and_shut_in() -> None:
    for name, service in SERVICES.items():
        assert service["mem_limit"], name
        assert service["logging"]["driver"] == "local", name
        if name not in JOBS:
            assert service["healthcheck"]["test"][0] == "CMD", name
            assert service["restart"] == "unless-stopped", name
    for name, service in OURS.items():
        assert service["read_only"] is True, name
        assert service["tmpfs"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_ports_are_published_on_this_machine_only_and_once() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in published)
    assert len({port.rsplit(":", 1)[0] for port in published}) == len(published)
    for name, service in SERVICES.items():
        if service.get("ports"):
            assert "frontend" in service["networks"], f"{name}: not reachable from the host"


def test_secrets_are_files_that_make_secrets_writes(tmp_path: Path) -> None:
    made = run(sys.executable, "tools/dev_secrets.py", tmp_path / "secrets")
    assert made.returncode == 0, made.stderr
    written = {path.name for path in (tmp_path / "secrets").iterdir()}
    declared = {name: Path(secret["file"]) for name, secret in COMPOSE["secrets"].items()}
    assert {path.name for path in declared.values()} == written
    assert {str(path.parent) for path in declared.values()} == {"deploy/secrets"}
    used = {
        secret["source"] if isinstance(secret, dict) else secret
        for service in SERVICES.values()
        for secret in service.get("secrets", [])
    }
    assert used == set(declared)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_secret_is_read_where_it_is_mounted(name: str) -> None:
    service = SERVICES[name]
    mounted = {
        f"/run/secrets/{secret}" for secret in service.get("secrets", []) if isinstance(secret, str)
    }
    read = {
        value
        for value in service.get("environment", {}).values()
        if str(value).startswith("/run/secrets/")
    }
    assert read == mounted


def test_no_password_stands_in_the_compose_file() -> None:
    text = COMPOSE_FILE.read_text()
    assert not re.search(r"://[^/\s:]+:[^@\s]+@", text)
    assert not re.search(
        r"(?i)(password|secret|token)[A-Z_]*: *[^/\s{\[]", text.split("\nsecrets:")[0]
    )


def test_made_passwords_differ_and_fit_their_urls(tmp_path: Path) -> None:
    run(sys.executable, "tools/dev_secrets.py", tmp_path)
    urls = {path.name: path.read_text() for path in tmp_path.glob("*_database_url")}
    passwords = [re.match(r"[^:]+://[^:]+:([\w-]+)@", url)[1] for url in urls.values()]
    assert len(set(passwords)) == len(urls)
    assert (tmp_path / "postgres_password").read_text() in passwords
    again = run(sys.executable, "tools/dev_secrets.py", tmp_path)
    assert "kept as they are" in again.stdout
    assert {path.name: path.read_text() for path in tmp_path.glob("*_database_url")} == urls
