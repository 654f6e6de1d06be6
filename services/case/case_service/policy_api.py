"""gRPC over the policy library: the law is files, so nothing of the database is read."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from google.type.date_pb2 import Date

from chassis.dates import from_date, to_date
from chassis.errors import PlatformError, invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.policy.v1 import policy_service_pb2 as pb
from policy import Confidence, Entry, Policy, Rule, Table, load
from policy.comparing import ChangeKind, changes, listed, near_ids, topics
from policy.profile import Answer, code_words, has_profile, profile
from policy.saying import value_in_words

Item = TypeVar("Item")
_CONFIDENCE = {level: pb.Confidence.Value(f"CONFIDENCE_{level.name}") for level in Confidence}
_KINDS = {kind: pb.ChangeKind.Value(f"CHANGE_KIND_{kind.name}") for kind in ChangeKind}


class PolicyReads:
    """Reads the law."""

    def GetRule(self, request: pb.GetRuleRequest, work: Work) -> pb.GetRuleResponse:
        """Return one rule in force, with its history; names ids like one that is not known."""
        law, on = _law(work), _day(request.on_date, "on_date", work)
        versions = law.versions(request.rule_id)
        if not versions:
            near = " or ".join(near_ids(law, request.rule_id))
            hint = f"; did you mean {near}?" if near else ""
            raise invalid_field("rule_id", f"no rule has the id {request.rule_id!r}{hint}")
        in_force = {entry.id: entry for entry in law.entries(on)}
        current = next((in_force[one.id] for one in versions if one.id in in_force), None)
        if current is None:
            raise _not_in_force(request.rule_id, on)
        return pb.GetRuleResponse(
            rule=_rule(law, current), history=[_rule(law, version) for version in versions]
        )

    def ListRules(self, request: pb.ListRulesRequest, work: Work) -> pb.ListRulesResponse:
        """List the rules in force by id, of one topic or those to be confirmed if so asked."""
        law, on = _law(work), _day(request.on_date, "on_date", work)
        if request.topic and request.topic not in topics(law):
            known = ", ".join(topics(law))
            raise invalid_field("topic", f"must be one of {known}; read {request.topic!r}")
        entries = listed(law, on, subject=request.topic, unverified=request.unverified)
        listing = f"rules/{on}/{request.topic}/{request.unverified}"
        page, token = _page(entries, lambda entry: entry.id, request, work, listing)
        return pb.ListRulesResponse(rules=[_rule(law, e) for e in page], next_page_token=token)

    def DiffPolicy(self, request: pb.DiffPolicyRequest, work: Work) -> pb.DiffPolicyResponse:
        """List what differs between the law of two days, by id."""
        law = _law(work)
        first = _required(request.first_date, "first_date")
        second = _required(request.second_date, "second_date")
        found = changes(law, first, second)
        listing = f"changes/{first}/{second}"
        page, token = _page(found, lambda change: change.id, request, work, listing)
        told = [
            pb.Change(
                kind=_KINDS[change.kind],
                before=_rule(law, change.before) if change.before else None,
                after=_rule(law, change.after) if change.after else None,
            )
            for change in page
        ]
        return pb.DiffPolicyResponse(changes=told, next_page_token=token)

    def GetProfile(self, request: pb.GetProfileRequest, work: Work) -> pb.GetProfileResponse:
        """Answer the reference guide's questions from the rules in force."""
        law, on = _law(work), _day(request.on_date, "on_date", work)
        if not has_profile(law):
            raise not_found("profile", law.state.name)
        answers = profile(law, on)
        answered = sum(answer.text is not None for answer in answers)
        page, token = _page(answers, lambda a: a.question.id, request, work, f"profile/{on}")
        return pb.GetProfileResponse(
            answers=[_answer(answer) for answer in page],
            answered=answered,
            unanswered=len(answers) - answered,
            next_page_token=token,
        )


def _law(work: Work) -> Policy:
    return load(work.settings.jurisdiction)


def _day(message: Date, field: str, work: Work) -> date:
    return to_date(message, field) or work.clock.today()


def _required(message: Date, field: str) -> date:
    day = to_date(message, field)
    if day is None:
        raise invalid_field(field, "must be set")
    return day


def _not_in_force(rule_id: str, on: date) -> PlatformError:
    return not_found("rule in force", f"{rule_id} on {on}")


def _page(
    items: Sequence[Item],
    key: Callable[[Item], str],
    request: pb.ListRulesRequest | pb.DiffPolicyRequest | pb.GetProfileRequest,
    work: Work,
    listing: str,
) -> tuple[Sequence[Item], str]:
    """The page after the one that the token ends, and the token of the next."""
    size = paging.page_size(request)
    after = paging.decode_token(work.keys, request.page_token, listing=listing)
    start = 1 + next((n for n, item in enumerate(items) if key(item) == after), -1)
    page = items[start : start + size]
    more = start + size < len(items)
    last = key(page[-1]) if more else ""
    return page, paging.encode_token(work.keys, last, listing=listing)


def _rule(law: Policy, entry: Entry) -> pb.Rule:
    rule = entry if isinstance(entry, Rule) else None
    return pb.Rule(
        rule_id=entry.id,
        title=entry.title,
        value=_value(law, entry),
        unit=rule.unit.value if rule else "",
        calendar=(rule.calendar or "") if rule else "",
        effective_from=from_date(entry.effective_from),
        effective_to=from_date(entry.effective_to),
        citation=entry.citation,
        authorities=[
            pb.Authority(since=from_date(since), cited=cited)
            for since, cited in law.renumbering.history(entry.authority)
        ],
        source=entry.source,
        confidence=_CONFIDENCE[entry.confidence],
        note=entry.note,
        checksum=entry.checksum,
        succeeds=entry.succeeds or "",
    )


def _value(law: Policy, entry: Entry) -> str:
    if isinstance(entry, Rule):
        return value_in_words(entry, code_words(law))
    return f"{len(entry)} rows" if isinstance(entry, Table) else "calendar"


def _answer(answer: Answer) -> pb.ProfileAnswer:
    return pb.ProfileAnswer(
        question_id=answer.question.id,
        section=answer.question.section,
        asked=answer.question.asked,
        answer=answer.text or "",
        unanswered=answer.why_not or "",
        rule_ids=answer.rules,
        citations=answer.citations,
        unverified=answer.unverified,
    )


SERVICERS = (Servicer("childsupport.policy.v1.PolicyReadService", PolicyReads()),)
