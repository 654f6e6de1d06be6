"""An address that breaks what writes mails stops nobody else's mail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.dates import from_instant
from chassis.ids import derived_id
from childsupport.identity.v1 import events_pb2 as pb

NOW = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)
BREAKING = ("a@x..org", "a@[x.org", "a@(.org", "é@x.org", "=?utf-8?b?IA==?=@x.org\x1c.org")
"""Each is refused by the standard library in another way: not all of them are ValueErrors."""


@pytest.fixture
def world(world_with: Callable[..., Any], mail_server: Any) -> Any:
    return world_with(
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        mail_from="no-reply@agency.example",
        portal_url="https://portal.example",
        console_url="https://console.example",
    )


def account_mail(world: Any, address: str) -> pb.AccountNoticesIssued:
    keys = world.case_keys
    secret = pb.AccountSecret(link_token="Zm9yIGEgdGVzdCBvbmx5", user_name="Jane.Doe")
    notice = pb.AccountNotice(
        notice_id=derived_id("test", address),
        kind="verify_email",
        language="en",
        email_for_notification=keys.seal("notification", address.encode()),
        expire_time=from_instant(NOW + timedelta(hours=24)),
        secret_for_notification=keys.seal("notification", secret.SerializeToString()),
    )
    return pb.AccountNoticesIssued(notices=[notice])


def recipients(mail_server: Any) -> list[str]:
    return [to for one in mail_server.mails for to in one.rcpt_tos]


def test_whoever_asks_for_an_account_does_not_stop_everybodys_mails(
    world: Any, mail_server: Any
) -> None:
    """ASVS 5.0 16.5.3 and 2.2.1: links, PINs and invitations wait in one queue."""
    for address in (*BREAKING, "jane@example.org"):
        world.deliver(account_mail(world, address))
    world.run_timers()
    assert recipients(mail_server) == ["jane@example.org"]


def test_a_reader_with_such_an_address_does_not_stop_other_readers_mails(
    world: Any, mail_server: Any
) -> None:
    """ASVS 5.0 16.5.3: what somebody reported as his address is his own trouble alone."""
    world.meet("obligor", email=BREAKING[1], email_notices=True)
    world.meet("obligee", email="jane@example.org", email_notices=True)
    world.open_case()
    world.deliver(world.collection(world.part(25_000)))
    world.run_timers()
    assert set(recipients(mail_server)) == {"jane@example.org"}
    assert world.inbox("obligor"), "it is in his inbox all the same"
