"""The wiring of the notification service, read by the chassis."""

from pathlib import Path

from chassis.service import Job, Service, Timer
from notification_service import api, party_api, told_payment_api
from notification_service.account_mailing import send_account_mail
from notification_service.handlers import HANDLERS
from notification_service.issuing import render_letters, republish_letters, retry_failed_letters
from notification_service.mailing import send_mail
from notification_service.settings import NotificationSettings
from notification_service.settling import settle
from notification_service.store.tables import metadata

SERVICE = Service(
    name="notification",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    servicers=(*api.SERVICERS, *party_api.SERVICERS, *told_payment_api.SERVICERS),
    handlers=HANDLERS,
    timers=(
        Timer("settle", every_seconds=5.0, run=settle),
        Timer("render_letters", every_seconds=5.0, run=render_letters),
        Timer("send_mail", every_seconds=5.0, run=send_mail),
        Timer("send_account_mail", every_seconds=2.0, run=send_account_mail),
    ),
    jobs=(Job("retry_failed_letters", retry_failed_letters),),
    settings=NotificationSettings,
    republish={"letters": republish_letters},
)
