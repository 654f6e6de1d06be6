"""Being one role of one service: what a container, or a process of `childsupport up`, runs."""

import signal
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from types import FrameType

from sqlalchemy import make_url

from chassis import logs, metrics, migrate, tracing
from chassis.garbage import collect_seldom
from chassis.health import Readiness, database_at_head
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings, lookup
from launcher.provision.databases import Account, provide
from launcher.registry import SERVICES, service_named


def settings_of(name: str) -> ServiceSettings:
    """Read a service's settings from the environment. Raises ValueError."""
    return service_named(name).settings.from_environment(name)


def run_api(name: str) -> None:
    """Answer gRPC calls until SIGTERM."""
    from chassis.grpc.server import serve

    runtime = Runtime(service_named(name), settings_of(name))
    collect_seldom()
    serve(runtime)


def run_worker(name: str) -> None:
    """Handle events and run timers until SIGTERM."""
    from chassis import worker

    worker.patch()
    service = service_named(name)
    collect_seldom()
    worker.run(service, settings_of(name))


def run_relay(name: str) -> None:
    """Send the outbox to RabbitMQ until SIGTERM."""
    from chassis import relay

    settings = settings_of(name)
    logs.configure(name, "relay", settings.log_level)
    tracing.configure(name, "relay", settings.otlp_endpoint)
    runtime = Runtime(service_named(name), settings)
    collect_seldom()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    web = metrics.serve_http(
        settings.metrics_port,
        host=settings.grpc_host,
        ready=Readiness((database_at_head(runtime),)),
    )
    try:
        relay.run(runtime, stop)
    finally:
        web.close()
        runtime.close()


ROLES = {"api": run_api, "worker": run_worker, "relay": run_relay}


def run_migrations(name: str) -> None:
    """Bring a service's database to its newest migration, with the login that owns the tables."""
    migrate.upgrade(service_named(name), _needed(name, "owner_database_url"))


def run_provision() -> Iterator[str]:
    """Make a database, an owner and a login per service; yields what was done, a line each.

    The names and passwords are those of each service's two URLs, so that both sides agree.
    """
    admin = make_url(_needed("admin", "database_url"))
    accounts = []
    for name in SERVICES:
        login = make_url(_needed(name, "database_url"))
        owner = make_url(_needed(name, "owner_database_url"))
        accounts.append(
            Account(
                service=name,
                login=login.username or "",
                owner=owner.username or "",
                login_password=login.password or "",
                owner_password=owner.password or "",
            )
        )
    provide(admin, accounts)
    for account in accounts:
        yield f"{account.service}: database {account.database}, owner {account.owner}"


def _needed(name: str, field: str) -> str:
    value = lookup(name, field)
    if value is None:
        setting = f"{name}_{field}".upper()
        message = f"setting {setting} (or {setting}_FILE): read nothing, expected a PostgreSQL URL"
        raise ValueError(message)
    return value


def run_job(name: str, job: str, business_date: date) -> Mapping[str, int | str]:
    """Run a job to its end; returns what it did.

    Raises KeyError that lists the jobs there are, ValueError for a date that has not come yet.
    """
    service = service_named(name)
    jobs = {j.name: j for j in service.jobs}
    if job not in jobs:
        message = f"{name} has no job {job!r}; there are: {', '.join(jobs) or 'none'}"
        raise KeyError(message)
    runtime = Runtime(service, settings_of(name))
    collect_seldom()
    try:
        today = runtime.clock.today()
        if business_date > today:
            message = f"--date: read {business_date}, expected {today} (today) or a day before"
            raise ValueError(message)
        return runtime.run_job(jobs[job], business_date)
    finally:
        runtime.close()


def run_republish(name: str, kind: str, since: date | None) -> int:
    """Say the state of every thing of a kind again. Raises KeyError that lists the kinds."""
    service = service_named(name)
    if kind not in service.republish:
        kinds = ", ".join(service.republish) or "none"
        message = f"{name} republishes no {kind!r}; there are: {kinds}"
        raise KeyError(message)
    runtime = Runtime(service, settings_of(name))
    try:
        with runtime.work() as work:
            return service.republish[kind](work, since)
    finally:
        runtime.close()


def run_site_clients() -> Iterator[str]:
    """Give each web site its client, with the secret of its setting; yields what was done."""
    from console_service import service as console
    from identity_service.registration import set_client
    from portal_service import service as portal

    runtime = Runtime(service_named("identity"), settings_of("identity"))
    try:
        for site in (portal, console):
            secret = lookup(site.NAME, "client_secret")
            if secret is None:
                setting = f"{site.NAME}_client_secret".upper()
                message = f"setting {setting} (or {setting}_FILE): read nothing, expected a secret"
                raise ValueError(message)
            with runtime.work() as work:
                changed = set_client(work, site.NAME, site.SCOPES, secret)
            yield f"{site.NAME}: {'set' if changed else 'as it was'}"
    finally:
        runtime.close()


def run_bootstrap(client_id: str, *, rotate: bool) -> str:
    """Make the first client, or, with `rotate`, give it a new secret; returns the secret.

    Raises ValueError when it is there and no new secret is asked for.
    """
    from identity_service.registration import bootstrap_client

    runtime = Runtime(service_named("identity"), settings_of("identity"))
    try:
        with runtime.work() as work:
            secret = bootstrap_client(work, client_id, rotate=rotate)
            if secret is None:
                message = (
                    f"client {client_id} is there already, and its secret cannot be read again; "
                    "--rotate gives it a new one, and the old one is then refused"
                )
                raise ValueError(message)
            return secret
    finally:
        runtime.close()
