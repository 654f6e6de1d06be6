"""A database, an owner and a login per service: the same SQL for every PostgreSQL from 15 on.

The owner owns the tables and runs the migrations. The service's own login may connect to this one
database, read and write rows and use sequences; it can neither change nor drop a table, and what a
migration revokes (UPDATE on a ledger, say) stays revoked when databases are provided again.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

CONNECT_SECONDS: Final = 10
PASSWORD_BYTES: Final = 24
OLDEST_VERSION: Final = 150_000
BUILTIN_LOCALE_VERSION: Final = 170_000
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")
DRIVER: Final = "postgresql+psycopg"

PasswordOf = Callable[[str], str]


def new_password(_role: str = "") -> str:
    """A random password that needs no quoting anywhere."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


@dataclass(frozen=True, slots=True)
class Account:
    """A service's place in a server: its database (named as its login) and two roles."""

    service: str
    login: str
    owner: str
    login_password: str
    owner_password: str

    @property
    def database(self) -> str:
        """The database's name."""
        return self.login


def accounts_for(services: Iterable[str], prefix: str, password_of: PasswordOf) -> list[Account]:
    """The accounts of the services: `prefix` + service, and the same + `_owner`.

    Raises ValueError when a name is not lower-case letters, digits and underscores, 50 at most.
    """
    accounts = []
    for service in services:
        name = f"{prefix}{service}"
        if not NAME.fullmatch(name):
            raise ValueError(
                f"service: read {name!r}, expected a letter, then letters, digits or underscores, "
                "all lower-case, 50 characters at most"
            )
        owner = f"{name}_owner"
        accounts.append(Account(service, name, owner, password_of(name), password_of(owner)))
    return accounts


def connect(url: URL) -> psycopg.Connection:
    """A connection in autocommit mode (databases cannot be created in a transaction)."""
    return psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
        connect_timeout=CONNECT_SECONDS,
    )


def url_as(server: URL, database: str, role: str, password: str) -> URL:
    """The same server, another database and role."""
    return server.set(drivername=DRIVER, database=database, username=role, password=password)


def provide(admin_url: URL, accounts: Sequence[Account]) -> None:
    """Make each account's roles and database what they should be, whatever is there already.

    `admin_url`: a role that may create roles and databases; it need not be a superuser.
    """
    with connect(admin_url) as admin:
        if admin.info.server_version < OLDEST_VERSION:
            raise ValueError(
                f"PostgreSQL: read version {admin.info.server_version}, expected 15 or later"
            )
        for account in accounts:
            _provide_role(admin, account.owner, account.owner_password)
            _provide_role(admin, account.login, account.login_password)
            _provide_database(admin, account)
    for account in accounts:
        owner = url_as(admin_url, account.database, account.owner, account.owner_password)
        with connect(owner) as connection:
            _provide_privileges(connection, account)


def drop(admin_url: URL, accounts: Sequence[Account]) -> None:
    """Drop the accounts' databases, whoever is connected to them, and their roles."""
    with connect(admin_url) as admin:
        for account in accounts:
            database = sql.Identifier(account.database)
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
            for role in (account.login, account.owner):
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _provide_role(admin: psycopg.Connection, role: str, password: str) -> None:
    # Hashed here: no password reaches the server, its log or pg_stat_statements in clear.
    verifier = admin.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    found = admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if found else "CREATE ROLE {} LOGIN PASSWORD {}"
    admin.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(verifier)))


def _provide_database(admin: psycopg.Connection, account: Account) -> None:
    database, owner = sql.Identifier(account.database), sql.Identifier(account.owner)
    found = admin.execute("SELECT FROM pg_database WHERE datname = %s", [account.database]).rowcount
    if not found:
        _let_admin_act_as(admin, account.owner)
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' {}")
        admin.execute(create.format(database, owner, _locale(admin)))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    # TEMPORARY: bulk input is copied into a temporary table first.
    grant = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
    admin.execute(grant.format(database, sql.Identifier(account.login)))


def _let_admin_act_as(admin: psycopg.Connection, owner: str) -> None:
    """Only a superuser may give a database to a role it is not a member of."""
    superuser = admin.execute(
        "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper"
    ).rowcount
    if not superuser:
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))


def _locale(admin: psycopg.Connection) -> sql.SQL:
    """Text sorts by code point everywhere, so that no host's locale changes a list or an index."""
    if admin.info.server_version >= BUILTIN_LOCALE_VERSION:
        return sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'")
    return sql.SQL("LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")


def _provide_privileges(owner: psycopg.Connection, account: Account) -> None:
    login = sql.Identifier(account.login)
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {}",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {}",
    ):
        owner.execute(sql.SQL(statement).format(login))


class ExternalPostgres:
    """The accounts provided on a server that somebody else runs."""

    def __init__(self, admin_url: URL, accounts: Sequence[Account]) -> None:
        self._admin_url = admin_url
        self._accounts = {account.service: account for account in accounts}

    def url(self, service: str) -> str:
        """SQLAlchemy URL of the service's own login."""
        account = self._accounts[service]
        return self._render(account, account.login, account.login_password)

    def owner_url(self, service: str) -> str:
        """SQLAlchemy URL of the login that owns the tables and runs the migrations."""
        account = self._accounts[service]
        return self._render(account, account.owner, account.owner_password)

    def drop(self) -> None:
        """Drop the databases, whoever is connected, and the logins."""
        drop(self._admin_url, list(self._accounts.values()))

    def _render(self, account: Account, role: str, password: str) -> str:
        url = url_as(self._admin_url, account.database, role, password)
        return url.render_as_string(hide_password=False)


def provision_external(
    admin_url: str,
    services: Sequence[str],
    *,
    prefix: str = "",
    password_of: PasswordOf = new_password,
) -> ExternalPostgres:
    """Provide databases and logins on a running PostgreSQL (15 or later).

    Names are `prefix` + service. `password_of(role)` gives each role its password (a role that
    exists gets it too); by default they are random and known only to the result.
    """
    server = make_url(admin_url)
    accounts = accounts_for(services, prefix, password_of)
    provide(server, accounts)
    return ExternalPostgres(server, accounts)
