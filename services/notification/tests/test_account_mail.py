"""Mail and letters about accounts: links and codes reach their reader, and nobody else."""

import email
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.policy import default
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from structlog.testing import capture_logs

from chassis.dates import from_instant
from childsupport.identity.v1 import events_pb2 as pb
from childsupport.notification.v1 import party_service_pb2 as party_pb
from notification_service.catalogue import LANGUAGES, catalogue
from notification_service.domain import account_notices
from notification_service.domain.account_notices import AccountMail
from notification_service.party_api import PartyInbox
from notification_service.store.tables import account_mail, metadata

EMAIL = "jane@example.org"
TOKEN = "Zm9yIGEgdGVzdCBvbmx5"
KEY = "ABCDE FGHJK"
NOW = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)


@pytest.fixture
def world(world_with: Callable[..., Any], mail_server: Any) -> Any:
    return world_with(
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        portal_url="https://portal.example",
        console_url="https://console.example",
    )


def mail(world: Any, kind: str, hours: int = 24, **secret: str) -> pb.AccountNoticesIssued:
    keys, number = world.case_keys, f"0190a000-0000-7000-8000-{abs(hash(kind)) % 10**12:012}"
    notice = pb.AccountNotice(
        notice_id=number,
        kind=kind,
        language="en",
        email_for_notification=keys.seal("notification", EMAIL.encode()),
        expire_time=from_instant(NOW + timedelta(hours=hours)),
    )
    if secret:
        sealed = pb.AccountSecret(**secret).SerializeToString()
        notice.secret_for_notification.CopyFrom(keys.seal("notification", sealed))
    return pb.AccountNoticesIssued(notices=[notice])


def letter(world: Any, kind: str, name_of: Callable[[str], str]) -> pb.AccountNoticesIssued:
    secret = pb.AccountSecret(code=KEY).SerializeToString()
    return pb.AccountNoticesIssued(
        notices=[
            pb.AccountNotice(
                notice_id=name_of(kind),
                kind=kind,
                participant_id=name_of("obligee"),
                letter_number=2,
                expire_time=from_instant(datetime(2026, 3, 28, 3, 59, 59, tzinfo=UTC)),
                secret_for_notification=world.case_keys.seal("notification", secret),
            )
        ]
    )


def read(mails: list[Any]) -> list[Any]:
    return [email.message_from_bytes(one.content, policy=default) for one in mails]


def test_a_link_reaches_its_address_once(world: Any, mail_server: Any) -> None:
    told = mail(world, "verify_email", link_token=TOKEN, user_name="Jane.Doe")
    for _ in range(2):
        world.deliver(told)
    world.run_timers()
    world.run_timers()
    (one,) = read(mail_server.mails)
    assert one["To"] == EMAIL
    assert one["Subject"] == "Confirm your e-mail address"
    text = one.get_content()
    assert f"https://portal.example/verify-email/{TOKEN}" in text.splitlines()
    assert "Jane.Doe" in text
    assert "March 7, 2026 at 9:00 a.m" in text


def test_a_workers_link_leads_to_the_console_and_a_doubt_to_the_supervisor(
    world: Any, mail_server: Any
) -> None:
    world.deliver(mail(world, "worker_invitation", link_token=TOKEN, user_name="dana.reyes"))
    world.run_timers()
    (one,) = read(mail_server.mails)
    text = one.get_content()
    assert f"https://console.example/invitation/{TOKEN}" in text.splitlines()
    assert "dana.reyes" in text
    assert "tell your supervisor" in " ".join(text.split())
    assert "call us at" not in text


def test_word_of_a_removed_second_factor_goes_to_the_address_on_file(
    world: Any, name_of: Callable[[str], str]
) -> None:
    """NIST SP 800-63B-4 section 4.2: recovery is told where the person was known before."""
    world.meet("obligee", line1="34 Oak Avenue", language="en")
    world.deliver(letter(world, "second_factor_removed", name_of))
    world.run_timers()
    (made,) = world.letters("obligee")
    (page,) = PdfReader(io.BytesIO(world.pdf(made))).pages
    text = " ".join(page.extract_text().split())
    assert "removed the second step to log in" in text
    assert KEY not in text


def test_what_a_mail_says_is_sealed_encrypted_and_gone_once_it_is_sent(
    world: Any, mail_server: Any
) -> None:
    told = mail(world, "pin", code="12345678")
    assert b"12345678" not in told.SerializeToString()
    with capture_logs() as logs:
        world.deliver(told)
        mail_server.answers.append("450 later")
        world.run_timers()
        with world.runtime.work() as work:
            kept = work.session.execute(select(account_mail)).one()
        assert kept.state == "queued"
        assert b"12345678" not in kept.content
        world.runtime.clock.advance(timedelta(minutes=2))
        world.run_timers()
    assert len(mail_server.mails) == 1
    assert "12345678" in read(mail_server.mails)[0].get_content()
    with world.runtime.work() as work:
        kept = work.session.execute(select(account_mail)).one()
    assert (kept.state, kept.content, kept.attempts) == ("sent", None, 2)
    for secret in ("12345678", EMAIL):
        assert secret not in str(logs)


def test_a_code_that_has_ended_is_not_sent(world: Any, mail_server: Any) -> None:
    world.deliver(mail(world, "pin", hours=-1, code="12345678"))
    world.run_timers()
    assert mail_server.mails == []
    with world.runtime.work() as work:
        assert work.session.execute(select(account_mail)).one().state == "expired"


def test_a_kind_without_words_stops_no_other(world: Any, mail_server: Any) -> None:
    world.deliver(mail(world, "never_heard_of"))
    world.deliver(mail(world, "password_changed"))
    world.run_timers()
    assert [m["Subject"] for m in read(mail_server.mails)] == ["Your password was changed"]


def test_without_a_mail_server_nothing_is_kept(world_with: Callable[..., Any]) -> None:
    world = world_with()
    world.deliver(mail(world, "pin", code="12345678"))
    with world.runtime.work() as work:
        kept = work.session.execute(select(account_mail)).one()
    assert (kept.state, kept.content) == ("off", None)


def test_the_key_comes_by_letter_and_no_list_shows_it(
    world: Any, mail_server: Any, name_of: Callable[[str], str], tmp_path: Any
) -> None:
    """The seeds' letter: the key, how long, and that another request ends it."""
    world.meet("obligee", line1="34 Oak Avenue", language="en")
    world.deliver(letter(world, "portal_key", name_of))
    world.run_timers()
    (file,) = tmp_path.glob("**/letters/*.pdf")
    text = " ".join(" ".join(p.extract_text() for p in PdfReader(file).pages).split())
    for said in (KEY, "March 27, 2026", "letter 2", "34 Oak Avenue", "call us at"):
        assert said in text, said
    assert world.letters("obligee") == []
    request = party_pb.ListMyLettersRequest(participant_id=name_of("obligee"))
    with world.runtime.work() as work:
        assert not PartyInbox().ListMyLetters(request, work).letters
    with world.runtime.work() as work:
        for table in metadata.sorted_tables:
            for row in work.session.execute(select(table)):
                assert KEY not in " ".join(
                    v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in row
                )


def test_word_of_a_new_access_goes_to_the_address_on_file(
    world: Any, name_of: Callable[[str], str]
) -> None:
    """NIST SP 800-63A-4 section 3.1.10: told where the person was known before."""
    world.meet("obligee", line1="34 Oak Avenue", language="es")
    world.deliver(letter(world, "access_granted", name_of))
    world.run_timers()
    (made,) = world.letters("obligee")
    (page,) = PdfReader(io.BytesIO(world.pdf(made))).pages
    assert "Una cuenta en línea puede ver su caso" in " ".join(page.extract_text().split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_can_be_written(language: str) -> None:
    words = catalogue(language)
    for kind in words.account_subjects:
        one = AccountMail(kind, EMAIL, language, "1234", TOKEN, "Jane.Doe")
        subject, text = account_notices.written(one, words, "https://p", "555", NOW)
        assert "{" not in subject + text
        assert (TOKEN in text) == (kind in account_notices.LINKS)
        assert TOKEN not in subject
