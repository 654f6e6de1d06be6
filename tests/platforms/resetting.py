"""Emptying the databases of a platform that runs, so that many tests can share its processes.

Each database is dropped and made again from a copy that was taken before anything happened. To the
services that is a lost connection. Identity keeps its database: it holds the first client.
"""

from contextlib import closing
from pathlib import Path
from shutil import rmtree

import pika
import psycopg
from sqlalchemy import make_url

from chassis import topology
from launcher.cluster import ProcessPlatform
from launcher.postgres import EmbeddedPostgres
from launcher.registry import SERVICES

EMPTIED = [name for name in SERVICES if name != "identity"]


def connect(postgres: EmbeddedPostgres, database: str = "postgres") -> psycopg.Connection:
    """Connect as the superuser."""
    url = make_url(postgres.admin_url).set(drivername="postgresql", database=database)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def keep_as_templates(postgres: EmbeddedPostgres) -> None:
    """Copy the databases as they are; nobody may be connected to them."""
    with closing(connect(postgres)) as admin:
        for name in EMPTIED:
            admin.execute(f'CREATE DATABASE "{name}_as_new" TEMPLATE "{name}"'.encode())


def reset(platform: ProcessPlatform, postgres: EmbeddedPostgres) -> None:
    """Bring a platform at rest back to where nothing has happened yet."""
    with closing(connect(postgres, "identity")) as identity:
        identity.execute("DELETE FROM client WHERE client_id <> 'administrator'")
    with closing(connect(postgres)) as admin:
        for name in EMPTIED:
            for statement in (
                f'DROP DATABASE "{name}" WITH (FORCE)',
                f'CREATE DATABASE "{name}" TEMPLATE "{name}_as_new" OWNER "{name}_owner"',
                f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC',
                f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO "{name}"',
            ):
                admin.execute(statement.encode())
    with closing(pika.BlockingConnection(pika.URLParameters(platform.amqp_url))) as connection:
        channel = connection.channel()
        for queue in topology.queues(platform.retry_policy):
            channel.queue_purge(queue.name)
    _empty(platform.addresses.data_dir)
    _empty(platform.root / "faults")
    platform.revived.clear()


def _empty(folder: Path) -> None:
    rmtree(folder, ignore_errors=True)
    folder.mkdir()
