"""The RPCs of accounts and sessions (protos/childsupport/identity/v1/account_service.proto)."""

from chassis.clock import Clock
from chassis.dates import from_instant
from chassis.errors import invalid_field
from chassis.runtime import Work
from childsupport.identity.v1 import account_service_pb2 as pb
from identity_service import account_messages as messages
from identity_service import signing
from identity_service.actions import (
    granting,
    logging_in,
    passkeys,
    registering,
    second_factors,
    sessions,
)
from identity_service.actions.second_factors import Proof
from identity_service.domain.clients import is_uuid
from identity_service.settings import settings_of
from identity_service.store import accounts as store

EVENTS_MAX = 100


class Accounts:
    """Changes accounts and sessions."""

    def __init__(self, machine: Clock) -> None:
        """Take the clock that tokens and authenticator apps live by (the machine's)."""
        self._machine = machine

    def CreateAccount(
        self, request: pb.CreateAccountRequest, work: Work
    ) -> pb.CreateAccountResponse:
        """Write down that somebody wants an account."""
        wanted = {
            "first_name": request.first_name,
            "last_name": request.last_name,
            "email": request.email,
            "language": request.language,
        }
        until = registering.ask_for_account(
            work, wanted, request.password, messages.origin(request.origin)
        )
        return pb.CreateAccountResponse(link_expire_time=from_instant(until))

    def VerifyEmail(self, request: pb.VerifyEmailRequest, work: Work) -> pb.VerifyEmailResponse:
        """Confirm an e-mail address."""
        name = registering.verify_email(work, request.token, request.password)
        return pb.VerifyEmailResponse(user_name=name)

    def LogIn(self, request: pb.LogInRequest, work: Work) -> pb.LogInResponse:
        """Log in."""
        origin = messages.origin(request.origin)
        opened = logging_in.log_in(work, request.login, request.password, origin)
        return pb.LogInResponse(
            session_token=opened.token,
            session=messages.session(work, opened),
            device_token=opened.device_token,
        )

    def CompleteLogIn(
        self, request: pb.CompleteLogInRequest, work: Work
    ) -> pb.CompleteLogInResponse:
        """Show the second factor."""
        proof = Proof(request.totp_code, request.recovery_code)
        origin = messages.origin(request.origin)
        opened = logging_in.complete(work, request.session_token, proof, origin, self._machine)
        return pb.CompleteLogInResponse(
            session_token=opened.token,
            session=messages.session(work, opened),
            device_token=opened.device_token,
        )

    def LogOut(self, request: pb.LogOutRequest, work: Work) -> pb.LogOutResponse:
        """End a session."""
        logging_in.log_out(work, request.session_token)
        return pb.LogOutResponse()

    def TouchSession(self, request: pb.TouchSessionRequest, work: Work) -> pb.TouchSessionResponse:
        """Say that a session is in use."""
        opened = sessions.touch(work, request.session_token)
        return pb.TouchSessionResponse(session=messages.session(work, opened))

    def EndOtherSessions(
        self, request: pb.EndOtherSessionsRequest, work: Work
    ) -> pb.EndOtherSessionsResponse:
        """End other sessions."""
        opened = sessions.require(work, request.session_token)
        if request.ended_session_id and not is_uuid(request.ended_session_id):
            raise invalid_field("ended_session_id", "must be a session's id (UUID) or empty")
        ended = registering.end_others_of(work, opened, request.ended_session_id)
        return pb.EndOtherSessionsResponse(ended=ended)

    def Reauthenticate(
        self, request: pb.ReauthenticateRequest, work: Work
    ) -> pb.ReauthenticateResponse:
        """Show again who it is."""
        opened = logging_in.reauthenticate(
            work,
            request.session_token,
            request.password,
            Proof(request.totp_code, request.recovery_code),
            messages.origin(request.origin),
            self._machine,
        )
        return pb.ReauthenticateResponse(
            session_token=opened.token, session=messages.session(work, opened)
        )

    def ChangePassword(
        self, request: pb.ChangePasswordRequest, work: Work
    ) -> pb.ChangePasswordResponse:
        """Change the password."""
        opened = registering.change_password(
            work,
            request.session_token,
            request.password,
            request.new_password,
            end_others=request.end_other_sessions,
        )
        return pb.ChangePasswordResponse(
            session_token=opened.token, session=messages.session(work, opened)
        )

    def RequestPasswordReset(
        self, request: pb.RequestPasswordResetRequest, work: Work
    ) -> pb.RequestPasswordResetResponse:
        """Write down that somebody wants to set a new password."""
        registering.ask_for_reset(work, request.login, messages.origin(request.origin))
        return pb.RequestPasswordResetResponse()

    def ResetPassword(
        self, request: pb.ResetPasswordRequest, work: Work
    ) -> pb.ResetPasswordResponse:
        """Set a new password."""
        registering.reset_password(work, request.token, request.new_password)
        return pb.ResetPasswordResponse()

    def ChangeEmail(self, request: pb.ChangeEmailRequest, work: Work) -> pb.ChangeEmailResponse:
        """Ask for another e-mail address."""
        registering.ask_for_email(work, request.session_token, request.email)
        return pb.ChangeEmailResponse()

    def ConfirmEmail(self, request: pb.ConfirmEmailRequest, work: Work) -> pb.ConfirmEmailResponse:
        """Confirm the new address."""
        registering.confirm_email(work, request.token)
        return pb.ConfirmEmailResponse()

    def SetUpTotp(self, request: pb.SetUpTotpRequest, work: Work) -> pb.SetUpTotpResponse:
        """Begin an authenticator app."""
        secret, uri = second_factors.set_up(work, request.session_token)
        return pb.SetUpTotpResponse(secret=secret, uri=uri)

    def ConfirmTotp(self, request: pb.ConfirmTotpRequest, work: Work) -> pb.ConfirmTotpResponse:
        """Put it into force."""
        second_factors.confirm(work, request.session_token, request.totp_code, self._machine)
        return pb.ConfirmTotpResponse()

    def RemoveTotp(self, request: pb.RemoveTotpRequest, work: Work) -> pb.RemoveTotpResponse:
        """Remove it."""
        second_factors.remove(work, request.session_token)
        return pb.RemoveTotpResponse()

    def CreateRecoveryCodes(
        self, request: pb.CreateRecoveryCodesRequest, work: Work
    ) -> pb.CreateRecoveryCodesResponse:
        """Make recovery codes."""
        made = second_factors.create_recovery_codes(work, request.session_token)
        return pb.CreateRecoveryCodesResponse(recovery_codes=made)

    def SetUpPasskey(self, request: pb.SetUpPasskeyRequest, work: Work) -> pb.SetUpPasskeyResponse:
        """Begin a passkey."""
        options = passkeys.set_up(work, request.session_token)
        return pb.SetUpPasskeyResponse(options_json=options)

    def ConfirmPasskey(
        self, request: pb.ConfirmPasskeyRequest, work: Work
    ) -> pb.ConfirmPasskeyResponse:
        """Keep a passkey."""
        kept = passkeys.confirm(
            work, request.session_token, request.credential_json, request.display_name
        )
        return pb.ConfirmPasskeyResponse(passkey=messages.passkey(kept))

    def RemovePasskey(
        self, request: pb.RemovePasskeyRequest, work: Work
    ) -> pb.RemovePasskeyResponse:
        """Remove a passkey."""
        if not is_uuid(request.passkey_id):
            raise invalid_field("passkey_id", "must be a passkey's id (UUID)")
        passkeys.remove(work, request.session_token, request.passkey_id)
        return pb.RemovePasskeyResponse()

    def BeginPasskeyLogIn(
        self, request: pb.BeginPasskeyLogInRequest, work: Work
    ) -> pb.BeginPasskeyLogInResponse:
        """Begin logging in with a passkey."""
        options, token = passkeys.begin_log_in(work, messages.origin(request.origin))
        return pb.BeginPasskeyLogInResponse(options_json=options, challenge_token=token)

    def CompletePasskeyLogIn(
        self, request: pb.CompletePasskeyLogInRequest, work: Work
    ) -> pb.CompletePasskeyLogInResponse:
        """Log in with a passkey."""
        origin = messages.origin(request.origin)
        opened = passkeys.complete_log_in(
            work, request.challenge_token, request.credential_json, origin
        )
        return pb.CompletePasskeyLogInResponse(
            session_token=opened.token,
            session=messages.session(work, opened),
            device_token=opened.device_token,
        )

    def IssueUserToken(
        self, request: pb.IssueUserTokenRequest, work: Work
    ) -> pb.IssueUserTokenResponse:
        """Say to other services who the end user is."""
        opened = sessions.require(work, request.session_token)
        seen = [one.access.participant_id for one in granting.grants(work, opened)]
        now = self._machine.now()
        return pb.IssueUserTokenResponse(
            user_token=signing.user_token(work, opened.session, seen, now),
            expires_in_seconds=settings_of(work).user_token_seconds,
        )


class AccountReads:
    """Reads accounts and sessions."""

    def GetSession(self, request: pb.GetSessionRequest, work: Work) -> pb.GetSessionResponse:
        """Return the session of a token."""
        opened = sessions.require(work, request.session_token)
        return pb.GetSessionResponse(session=messages.session(work, opened))

    def ListSessions(self, request: pb.ListSessionsRequest, work: Work) -> pb.ListSessionsResponse:
        """Return the account's sessions."""
        opened = sessions.require(work, request.session_token)
        listed = [messages.session_in_list(work, one) for one in sessions.in_force(work, opened)]
        for one in listed:
            one.current = one.session_id == opened.session.session_id
        return pb.ListSessionsResponse(sessions=listed)

    def ListAccountEvents(
        self, request: pb.ListAccountEventsRequest, work: Work
    ) -> pb.ListAccountEventsResponse:
        """Return what happened to the account."""
        opened = sessions.require(work, request.session_token)
        return pb.ListAccountEventsResponse(
            events=[
                pb.AccountEvent(
                    kind=event.kind,
                    event_time=from_instant(event.event_time),
                    session_id=event.session_id,
                )
                for event in store.events(work.session, opened.account.account_id, EVENTS_MAX)
            ]
        )

    def ListPasskeys(self, request: pb.ListPasskeysRequest, work: Work) -> pb.ListPasskeysResponse:
        """Return the passkeys of the account."""
        found = passkeys.listed(work, request.session_token)
        return pb.ListPasskeysResponse(passkeys=[messages.passkey(one) for one in found])

    def GetGrants(self, request: pb.GetGrantsRequest, work: Work) -> pb.GetGrantsResponse:
        """Return what the account may see."""
        opened = sessions.require(work, request.session_token)
        found = granting.grants(work, opened)
        return pb.GetGrantsResponse(grants=[messages.grant(one) for one in found])
