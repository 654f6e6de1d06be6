"""The law over gRPC: a real server, a real client, a token with the scope."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.type.date_pb2 import Date
from joserfc import jwt
from joserfc.jwk import OKPKey

from case_service.service import SERVICE
from chassis import auth
from chassis.auth import TokenVerifier
from chassis.errors import PlatformError
from chassis.grpc.client import channel
from chassis.grpc.server import build_server
from chassis.runtime import Runtime
from childsupport.policy.v1 import policy_service_pb2 as pb
from childsupport.policy.v1.policy_service_pb2_grpc import PolicyReadServiceStub

MOVE = Date(year=2025, month=7, day=1)
BEFORE = Date(year=2025, month=6, day=30)
LATER = Date(year=2026, month=1, day=1)


class Caller:
    """Calls methods of the service with a token that has the given scope."""

    def __init__(self, plain: grpc.Channel, token: Callable[[str], str]) -> None:
        self.stub = PolicyReadServiceStub(plain)
        self.token = token

    def __call__(self, method: str, request: Any, scope: str = "policy.read") -> Any:
        bearer = (("authorization", f"Bearer {self.token(scope)}"),)
        return getattr(self.stub, method)(request, metadata=bearer)

    def pages(self, method: str, request: Any, field: str) -> list[Any]:
        found: list[Any] = []
        while True:
            answer = self(method, request)
            found += getattr(answer, field)
            assert len(getattr(answer, field)) <= request.page_size
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token


@pytest.fixture
def call(runtime_for: Callable[..., Runtime]) -> Iterator[Caller]:
    runtime = runtime_for(SERVICE)
    key = OKPKey.generate_key("Ed25519", {"kid": "k1", "use": "sig"})
    key_set = json.dumps({"keys": [key.as_dict(private=False)]})

    def token(scope: str) -> str:
        now = int(runtime.clock.now().timestamp())
        said = {
            "iss": auth.ISSUER, "aud": auth.AUDIENCE, "sub": "tester", "scope": scope,
            "employer_id": "", "iat": now, "exp": now + 600,
        }  # fmt: skip
        header = {"alg": auth.ALGORITHM, "kid": "k1", "typ": auth.TOKEN_TYPE}
        return jwt.encode(header, said, key, algorithms=[auth.ALGORITHM])

    server = build_server(runtime, verifier=TokenVerifier(lambda: key_set, runtime.clock))
    server.start()
    with channel(f"127.0.0.1:{server.port}") as plain:
        yield Caller(plain, token)
    server.drain(0)


def refused(call: Caller, method: str, request: Any, scope: str = "policy.read") -> str:
    with pytest.raises(PlatformError) as caught:
        call(method, request, scope)
    return str(caught.value)


def test_a_rule_comes_with_its_history_and_both_citations(call: Caller) -> None:
    answer = call("GetRule", pb.GetRuleRequest(rule_id="lien.trigger", on_date=BEFORE))
    rule = answer.rule
    assert (rule.rule_id, rule.value, rule.unit) == (
        "ky.lien.trigger",
        "1 month's support",
        "months_of_support",
    )
    assert rule.citation == "KRS 205.745(1); IRG Q9.36"
    assert [(a.since, a.cited[:10]) for a in rule.authorities] == [
        (Date(), "KRS 205.74"),
        (MOVE, "KRS 15.820"),
    ]
    assert rule.confidence == pb.CONFIDENCE_VERIFIED_TEXT
    assert len(rule.checksum) == 64
    assert not rule.HasField("effective_to")
    fee = call("GetRule", pb.GetRuleRequest(rule_id="fee.annual", on_date=LATER))
    assert [one.rule_id for one in fee.history] == ["ky.fee.annual"] * 2 + ["us.fee.annual"]
    assert fee.history[0].effective_to == MOVE


def test_today_is_the_services_day(call: Caller) -> None:
    answer = call("GetRule", pb.GetRuleRequest(rule_id="agency.name"))
    assert answer.rule.value == "Office of the Attorney General"


def test_rules_are_listed_by_pages(call: Caller) -> None:
    request = pb.ListRulesRequest(on_date=LATER, topic="withholding", page_size=7)
    ids = [rule.rule_id for rule in call.pages("ListRules", request, "rules")]
    assert ids == sorted(ids)
    assert "ky.withholding.contest" in ids
    assert "us.withholding.remit" in ids
    unsure = call("ListRules", pb.ListRulesRequest(on_date=LATER, unverified=True, page_size=500))
    assert {rule.confidence for rule in unsure.rules} == {pb.CONFIDENCE_UNVERIFIED}


def test_two_days_are_compared_by_pages(call: Caller) -> None:
    request = pb.DiffPolicyRequest(first_date=BEFORE, second_date=MOVE, page_size=3)
    found = {(c.after or c.before).rule_id: c for c in call.pages("DiffPolicy", request, "changes")}
    lien = found["ky.lien.trigger"]
    assert lien.kind == pb.CHANGE_KIND_RENUMBERED
    assert lien.before.citation != lien.after.citation
    claim = found["ky.modification.claimed_change"]
    assert claim.kind == pb.CHANGE_KIND_BEGINS
    assert not claim.HasField("before")


def test_the_profile_is_answered_by_pages(call: Caller) -> None:
    request = pb.GetProfileRequest(on_date=LATER, page_size=100)
    answers = {a.question_id: a for a in call.pages("GetProfile", request, "answers")}
    whole = call("GetProfile", pb.GetProfileRequest(on_date=LATER, page_size=1000))
    assert len(answers) == whole.answered + whole.unanswered == len(whole.answers)
    assert answers["Q7.10"].answer.startswith("In writing, within 10 calendar days")
    assert list(answers["Q7.10"].rule_ids) == ["ky.withholding.contest"]
    assert answers["Q9.4"].unanswered


def test_what_cannot_be_answered_names_the_field(call: Caller) -> None:
    near = refused(call, "GetRule", pb.GetRuleRequest(rule_id="fee.anual"))
    assert "rule_id: no rule has the id 'fee.anual'; did you mean us.fee.annual" in near
    ended = pb.GetRuleRequest(rule_id="license.trigger_older", on_date=LATER)
    assert "not found" in refused(call, "GetRule", ended)
    assert "topic: must be one of" in refused(call, "ListRules", pb.ListRulesRequest(topic="moon"))
    assert "second_date: must be set" in refused(
        call, "DiffPolicy", pb.DiffPolicyRequest(first_date=MOVE)
    )
    token = call("ListRules", pb.ListRulesRequest(on_date=LATER, page_size=1)).next_page_token
    other = pb.ListRulesRequest(on_date=BEFORE, page_size=1, page_token=token)
    assert "page_token" in refused(call, "ListRules", other)


def test_the_scope_is_needed(call: Caller) -> None:
    assert "policy.read" in refused(call, "GetProfile", pb.GetProfileRequest(), "case.read")
