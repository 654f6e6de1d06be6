"""Settings: what is missing or wrong is named, and what was read is never shown."""

import traceback

import pytest

from chassis.settings import ServiceSettings, lookup

PLANTED = "postgresql+psycopg://payments:hunter2@db/payments"
SETTINGS = ("DATABASE_URL", "KEYS_FILE", "GRPC_PORT", "AMQP_URL")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        for prefix in ("", "PAYMENTS_"):
            for suffix in ("", "_FILE"):
                monkeypatch.delenv(f"{prefix}{name}{suffix}", raising=False)


def refused() -> tuple[str, str]:
    """Return what is told, and all that a traceback would show."""
    with pytest.raises(ValueError, match=r"PAYMENTS_") as caught:
        ServiceSettings.from_environment("payments")
    return str(caught.value), "".join(traceback.format_exception(caught.value))


def test_what_is_missing_is_named_and_no_password_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYMENTS_DATABASE_URL", PLANTED)
    told, shown = refused()
    assert told == (
        "PAYMENTS_KEYS_FILE (or KEYS_FILE): read nothing, expected: "
        "Path of the file with the service's data keys (see chassis.crypto)"
    )
    assert "hunter2" not in shown


def test_every_setting_that_is_wrong_gets_a_sentence_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEYS_FILE", "keys.json")
    monkeypatch.setenv("PAYMENTS_GRPC_PORT", PLANTED)
    told, shown = refused()
    assert [line.partition(",")[0] for line in told.splitlines()] == [
        "PAYMENTS_DATABASE_URL (or DATABASE_URL): read nothing",
        "PAYMENTS_GRPC_PORT (or GRPC_PORT): expected a valid integer",
    ]
    assert "hunter2" not in shown


def test_a_secret_put_where_its_file_belongs_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URL_FILE", PLANTED)
    with pytest.raises(ValueError, match=r"^AMQP_URL_FILE: cannot be read") as caught:
        lookup("payments", "amqp_url")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
