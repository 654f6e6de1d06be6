"""One family from application to closing, as its offices live through it, day by day."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parent))

from town import SETTLE_SECONDS, Town, town

from chassis import tables
from childsupport.notification.v1 import notification_service_pb2 as notification_pb
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from launcher.clients import Clients

pytestmark = [pytest.mark.platform, pytest.mark.timeout(600)]

HIDDEN = ("77 Shelter Road", "maria@refuge.example", "5025550177", "Refuge Bakery")
FIRST_DAY = date(2025, 1, 6)
BORN = date(2008, 3, 15)


STORY = """
    applied case_opened located located mother_named genetic_test_ordered genetic_test_scheduled
    genetic_test_result alleged_father_removed paternity_changed petition_filed process_served
    process_answered paternity_found obligor_named order_recorded petition_disposed
    worksheet_attached review_right_told document_received review_requested review_accepted
    review_income_recorded review_compared review_motion_filed order_modified review_modified
    school_to_find_out obligation_ended closure_intended closure_answered closure_kept_open
    closure_ready case_closed
"""
"""What the history must tell in this order, whatever stands between."""


class Family:
    """What has to be remembered from step to step."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.case_id = ""
        self.number = ""
        self.who: dict[str, str] = {}

    def ask(self, who: str, method: str, /, **given: Any) -> Any:
        return self.town.ask(who, method, **given)

    def etag(self) -> str:
        return self.ask("ann", "CaseReadService.GetCase", case_id=self.case_id).case.etag


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    """The whole story, told once."""
    with town(tmp_path_factory.mktemp("town"), FIRST_DAY) as place:
        for worker in ("ann", "ben"):
            place.hire(worker, "case.read", "case.write", "case.locations", "guideline.compute")
        place.hire("parents", "case.party", "case.apply", "party.any")
        told = Family(place)
        applies(told)
        the_case_is_opened(told)
        two_men_are_located(told)
        the_father_is_found(told)
        support_is_ordered(told)
        support_is_modified(told)
        the_child_comes_of_age(told)
        the_case_is_closed(told)
        place.platform.settle(SETTLE_SECONDS)
        yield told


def applies(f: Family) -> None:
    """Online, in two evenings: what was saved is resumed by its code."""
    begun = f.ask(
        "parents",
        "ApplicantService.StartOwnApplication",
        content={
            "applicant": {
                "first_name": "Maria",
                "last_name": "Lopez",
                "birth_date": date(1985, 5, 5),
                "ssn": "900450001",
                "address": {
                    "line1": HIDDEN[0],
                    "city": "Frankfort",
                    "state": "KY",
                    "zip_code": "40601",
                },
                "phone": HIDDEN[2],
                "email": HIDDEN[1],
                "language": "es",
                "relationship": "APPLICANT_RELATIONSHIP_PARENT_WITH_CHILD",
                "county_fips": "21073",
            }
        },
    )
    f.town.go_to(date(2025, 1, 7))
    terms = f.ask("parents", "ApplicantReadService.GetApplicationTerms", language="es")
    saved = f.ask(
        "parents",
        "ApplicantService.SaveOwnApplication",
        resume_code=begun.resume_code,
        etag=begun.application.etag,
        content={
            "other_parents": [
                {
                    "first_name": "Tom",
                    "last_name": "Reed",
                    "ssn": "900450002",
                    "alleged_father": True,
                },
                {
                    "first_name": "Jack",
                    "last_name": "Hale",
                    "ssn": "900450003",
                    "alleged_father": True,
                },
            ],
            "children": [
                {
                    "first_name": "Ana",
                    "last_name": "Lopez",
                    "birth_date": BORN,
                    "paternity": "PATERNITY_STANDING_NOT_ESTABLISHED",
                    "lives_with_applicant": True,
                }
            ],
            "marriage": {"married": "PARENTS_MARRIED_NEVER"},
            "employments": [{"employer": HIDDEN[3], "monthly_income_cents": "140000"}],
            "safety": {"answered": True, "in_danger": True, "details": "He must not find us."},
            "certification": {
                "signed_name": "Maria Lopez",
                "signed_on": f.town.today(),
                "agrees": True,
                "terms_version": terms.terms_version,
            },
        },
        update_mask="otherParents,children,marriage,employments,safety,certification",
    )
    f.ask(
        "parents",
        "ApplicantService.SubmitOwnApplication",
        resume_code=begun.resume_code,
        etag=saved.application.etag,
    )
    f.who["application"] = begun.application.application_id


def the_case_is_opened(f: Family) -> None:
    """Within 20 days (45 CFR 303.2(b)); nobody owes yet, for there are two men."""
    f.town.go_to(date(2025, 1, 21))
    asked = f.ask(
        "ann", "ApplicationReadService.GetApplication", application_id=f.who["application"]
    )
    taken = f.ask(
        "ann",
        "ApplicationService.AcceptApplication",
        application_id=f.who["application"],
        etag=asked.application.etag,
        worker_id="ann",
    )
    f.case_id = taken.application.case_id
    found = f.ask("ann", "CaseReadService.GetCase", case_id=f.case_id)
    f.number = found.case.case_number
    assert found.case.obligor_id == ""
    f.who |= {p.first_name: p.participant_id for p in found.participants}
    assert {"Maria", "Tom", "Jack", "Ana"} <= f.who.keys()


def two_men_are_located(f: Family) -> None:
    """Of Tom the new hires tell an employer; Jack is where the driver's record says."""
    for name, source in (("Tom", "new_hires"), ("Jack", "driver_and_vehicle")):
        locate = f.ask(
            "ann",
            "EstablishmentService.RequestLocate",
            case_id=f.case_id,
            participant_id=f.who[name],
            needed_on=f.town.today(),
        ).locate_request
        locate = f.ask(
            "ann",
            "EstablishmentService.RecordLocateInquiries",
            locate_id=locate.locate_id,
            etag=locate.etag,
            inquiries=[
                {
                    "round": 1,
                    "source": source,
                    "asked_on": f.town.today(),
                    "answered_on": f.town.today(),
                    "outcome": "LOCATE_OUTCOME_FOUND",
                }
            ],
            locations=[
                {
                    "kind": "LOCATION_KIND_RESIDENCE",
                    "source": source,
                    "found_on": f.town.today(),
                    "address": {
                        "line1": f"1 {name} Street",
                        "city": "Lexington",
                        "state": "KY",
                        "zip_code": "40507",
                    },
                }
            ],
        ).locate_request
        f.ask(
            "ann",
            "PartyService.UpdateParticipant",
            participant={
                "participant_id": f.who[name],
                "address": {
                    "line1": f"1 {name} Street",
                    "city": "Lexington",
                    "state": "KY",
                    "zip_code": "40507",
                },
            },
            update_mask="address",
        )
        f.ask(
            "ann",
            "EstablishmentService.ConcludeLocate",
            locate_id=locate.locate_id,
            etag=locate.etag,
            located=True,
            on_date=f.town.today(),
        )


def the_father_is_found(f: Family) -> None:
    """One man is excluded by the test, of the other 99.98 percent speak (presumed from 99)."""
    child = {"case_id": f.case_id, "child_id": f.who["Ana"]}

    def etag() -> str:
        return f.ask("ann", "EstablishmentReadService.GetPaternity", **child).paternity.etag

    f.ask("ann", "EstablishmentService.NameMother", **child, etag=etag(), mother_id=f.who["Maria"])
    f.town.go_to(date(2025, 2, 10))
    tests = {}
    for name in ("Jack", "Tom"):
        ordered = f.ask(
            "ann",
            "EstablishmentService.OrderGeneticTest",
            **child,
            etag=etag(),
            father_id=f.who[name],
            ordered_on=f.town.today(),
        )
        tests[name] = ordered.fact_id
        f.ask(
            "ann",
            "EstablishmentService.ScheduleGeneticTest",
            **child,
            etag=etag(),
            test_id=ordered.fact_id,
            at="2025-02-24T09:00",
            place="Office of Franklin County, room 2",
        )
    f.town.go_to(date(2025, 3, 17))
    for name, result in (("Jack", {"excluded": True}), ("Tom", {"probability": "99.98"})):
        f.ask(
            "ann",
            "EstablishmentService.RecordGeneticTestResult",
            **child,
            etag=etag(),
            test_id=tests[name],
            result_on=f.town.today(),
            laboratory="Bluegrass Laboratory",
            **result,
        )
    process = f.ask(
        "ann",
        "EstablishmentService.FilePetition",
        case_id=f.case_id,
        participant_id=f.who["Tom"],
        purpose="PETITION_PURPOSE_PATERNITY_AND_SUPPORT",
        filed_on=f.town.today(),
        court_number="25-CI-00077",
        child_ids=[f.who["Ana"]],
    ).process
    f.town.go_to(date(2025, 3, 25))
    process = f.ask(
        "ann",
        "EstablishmentService.RecordServiceAttempt",
        process_id=process.process_id,
        etag=process.etag,
        attempt={
            "method": "sheriff",
            "on_date": f.town.today(),
            "outcome": "SERVICE_OUTCOME_SERVED",
        },
    ).process
    f.town.go_to(date(2025, 4, 10))
    process = f.ask(
        "ann",
        "EstablishmentService.RecordAnswer",
        process_id=process.process_id,
        etag=process.etag,
        answered_on=f.town.today(),
    ).process
    f.town.go_to(date(2025, 5, 20))
    f.ask(
        "ann",
        "EstablishmentService.RecordPaternityFinding",
        **child,
        etag=etag(),
        father_id=f.who["Tom"],
        is_father=True,
        basis="FINDING_BASIS_ORDER",
        entered_on=f.town.today(),
        court_number="25-CI-00077",
        process_id=process.process_id,
    )
    found = f.ask("ann", "CaseReadService.GetCase", case_id=f.case_id).case
    assert found.obligor_id == f.who["Tom"], "from now on it is known who owes"


def blank_page() -> bytes:
    """A page that somebody may have photographed: any sound PDF."""
    writer = PdfWriter()
    writer.add_blank_page(width=612, height=792)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def parents(tom_earns: str) -> dict[str, Any]:
    """The form's columns: the child lives with Maria, the whole year."""
    nothing_else = dict.fromkeys(
        ("maintenance_paid", "prior_born_support", "child_care_paid", "health_insurance_paid"), "0"
    )
    return {
        "a": {"gross_monthly": "1400.00", "days_per_year": "365", **nothing_else},
        "b": {"gross_monthly": tom_earns, "days_per_year": "0", **nothing_else},
    }


def support_is_ordered(f: Family) -> None:
    """What the guidelines come to, from the day of filing: the child was over two (KRS 406.031)."""
    worksheet = {
        "effective_date": f.town.today(),
        "children": 1,
        "parents": parents("4250.00"),
    }
    computed = f.ask("ann", "GuidelineService.ComputeGuideline", **worksheet)
    assert computed.payer == "b"
    recorded = f.ask(
        "ann",
        "OrderService.RecordOrder",
        case_id=f.case_id,
        etag=f.etag(),
        order={
            "kind": "ORDER_KIND_ORIGINAL",
            "court_number": "25-CI-00077",
            "county_fips": "21073",
            "entered_on": f.town.today(),
            "filed_on": date(2025, 3, 17),
            "notice_on": date(2025, 3, 25),
            "children": [f.who["Ana"]],
            "income_withholding": True,
        },
        obligations=[
            {
                "support_type": "SUPPORT_TYPE_CHILD",
                "terms": [
                    {
                        "effective_from": date(2025, 3, 17),
                        "amount_cents": str(computed.obligation_cents),
                        "frequency": "FREQUENCY_MONTHLY",
                    }
                ],
            }
        ],
    ).order
    f.who["order"] = recorded.version.order_id
    (one,) = recorded.version.obligations
    f.who["obligation"] = one.obligation_id
    attached = f.ask(
        "ann",
        "EstablishmentService.AttachWorksheet",
        case_id=f.case_id,
        order_id=f.who["order"],
        guideline=worksheet,
        obligor_column="b",
        obligation_ids=[one.obligation_id],
    ).worksheet
    assert not attached.deviates
    (process,) = f.ask("ann", "EstablishmentReadService.ListProcesses", case_id=f.case_id).processes
    assert process.disposition, "the order that was recorded disposes of the petition"


def support_is_modified(f: Family) -> None:
    """Tom earns more: the guidelines' amount differs by 15 percent or more (KRS 403.213(2))."""
    f.town.go_to(date(2025, 11, 3))
    stub = f.town.hand_in(
        "parents",
        blank_page(),
        case_id=f.case_id,
        participant_id=f.who["Maria"],
        subject="DOCUMENT_SUBJECT_INCOME",
        file_name="what he earns.pdf",
        content_type="application/pdf",
    )
    review = f.ask(
        "parents",
        "ReviewService.AskForReview",
        case_id=f.case_id,
        participant_id=f.who["Maria"],
        order_id=f.who["order"],
        grounds=["earnings_of_either_parent"],
        document_ids=[stub.document_id],
        statement="He has a better job now.",
    ).review
    f.town.go_to(date(2025, 11, 10))
    review = f.ask(
        "ann",
        "ReviewService.DecideReviewRequest",
        review_id=review.review_id,
        etag=review.etag,
        accept=True,
        located_on=f.town.today(),
        reasons="The new employer reported higher wages.",
    ).review
    f.town.go_to(date(2025, 12, 1))
    f.ask(
        "ann",
        "ReviewService.RecordReviewIncome",
        review_id=review.review_id,
        participant_id=f.who["Tom"],
        kind="INCOME_EVIDENCE_STATE_WAGE_RECORD",
        monthly_cents="560000",
        received_on=f.town.today(),
    )
    review = f.ask("ann", "ReviewReadService.GetReview", review_id=review.review_id).review
    compared = f.ask(
        "ann",
        "ReviewService.CompareReview",
        review_id=review.review_id,
        etag=review.etag,
        guideline={
            "effective_date": f.town.today(),
            "children": 1,
            "parents": parents("5600.00"),
        },
        obligor_column="b",
    )
    assert compared.comparison.change_indicated
    review = f.ask(
        "ann",
        "ReviewService.ConcludeReview",
        review_id=review.review_id,
        etag=compared.review.etag,
        conclusion="REVIEW_CONCLUSION_MOTION",
        reasons="The change is presumed material.",
        filed_on=f.town.today(),
        notice_on=date(2025, 12, 1),
        court_number="25-CI-00077",
    ).review
    f.town.go_to(date(2026, 1, 12))
    f.ask(
        "ann",
        "ReviewService.RecordReviewResult",
        review_id=review.review_id,
        etag=review.etag,
        entered_on=f.town.today(),
        reasons="The court found the change material.",
        effective_from=review.earliest_effective,
        amounts=[
            {
                "obligation_id": f.who["obligation"],
                "amount_cents": str(compared.comparison.guideline_cents),
                "frequency": "FREQUENCY_MONTHLY",
            }
        ],
    )


def the_child_comes_of_age(f: Family) -> None:
    """Eighteen in March, in high school to the end of May: support ends with school, by itself."""
    f.town.go_to(date(2026, 3, 2))
    f.ask(
        "ann",
        "OrderService.ExtendForSchool",
        case_id=f.case_id,
        child_id=f.who["Ana"],
        since=date(2022, 8, 15),
        until=date(2026, 5, 29),
    )
    f.town.go_to(date(2026, 6, 15))


def the_case_is_closed(f: Family) -> None:
    """Nobody can reach Maria; she answers the notice in its days, then asks to close herself."""
    f.ask(
        "ann",
        "ClosureService.RecordClosureFinding",
        case_id=f.case_id,
        code="contact_attempts",
        on_date=f.town.today(),
        number=2,
        statement="A letter and a call, both without an answer.",
    )
    intended = f.ask(
        "ann",
        "ClosureService.IntendClosure",
        case_id=f.case_id,
        etag=f.etag(),
        ground="15",
        recipient_id=f.who["Maria"],
    ).closure
    f.town.go_to(date(2026, 7, 20))
    f.ask(
        "parents",
        "ClosureService.AnswerClosureNotice",
        closure_id=intended.closure_id,
        participant_id=f.who["Maria"],
        kind="CLOSURE_ANSWER_KIND_CONTACT",
        statement="I have a new phone. Please close my case, we do not need it any more.",
    )
    f.ask(
        "ann",
        "ClosureService.RecordClosureFinding",
        case_id=f.case_id,
        code="recipient_asks_to_close",
        on_date=f.town.today(),
        statement="By her answer to the notice.",
    )
    closing = f.ask(
        "ann",
        "ClosureService.IntendClosure",
        case_id=f.case_id,
        etag=f.etag(),
        ground="12",
        recipient_id=f.who["Maria"],
    ).closure
    f.ask(
        "ann",
        "ClosureService.CloseCase",
        closure_id=closing.closure_id,
        etag=closing.etag,
    )


def command(f: Family, *words: str) -> str:
    """What a caseworker sees in a terminal of 80 columns."""
    addresses = f.town.platform.addresses.grpc
    done = subprocess.run(
        [sys.executable, "-m", "launcher", "case", *words],
        env={
            "PATH": os.environ["PATH"],
            "COLUMNS": "80",
            "IDENTITY_GRPC_TARGET": addresses["identity"],
            "CASE_GRPC_TARGET": addresses["case"],
            "CLIENT_ID": "ann",
            "CLIENT_SECRET": f.town.secrets["ann"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_history_reads_from_beginning_to_end(family: Family) -> None:
    told = json.loads(command(family, "history", family.number, "--json"))
    kinds = iter(entry["kind"] for entry in told["history"])
    missing = [kind for kind in STORY.split() if kind not in kinds]
    assert missing == []
    assert "clock_missed" not in {entry["kind"] for entry in told["history"]}, "all was in time"
    page = command(family, "history", family.number)
    assert max(len(line) for line in page.splitlines()) <= 80
    for said in ("Tom Reed was served by sheriff", "high school is over", "The case was closed"):
        assert said in " ".join(page.split())


def test_the_ledger_charged_what_the_court_ordered(family: Family) -> None:
    """From the month of filing to the end of school, the new amount from the court's change on.

    December and January had been charged when the court decided: the books were computed again
    from the month on from which the change holds.
    """
    clients = Clients(family.town.platform.addresses, family.town.platform.administrator)
    try:
        owed = clients.ledger.ListBalances(
            payments_pb.ListBalancesRequest(obligor_id=family.who["Tom"]), timeout=30
        ).balances
    finally:
        clients.close()
    assert sum(one.due_cents for one in owed) == 9 * 60_929 + 6 * 73_120
    assert {one.obligation_id for one in owed} == {family.who["obligation"]}


def test_nobody_learns_where_she_is(family: Family) -> None:
    """The history, the case, and whatever the other parent is told: inbox and letters."""
    clients = Clients(family.town.platform.addresses, family.town.platform.administrator)
    try:
        of_tom = clients.inbox.ListInboxEntries(
            notification_pb.ListInboxEntriesRequest(participant_id=family.who["Tom"]), timeout=30
        )
        letters = clients.inbox.ListLetters(
            notification_pb.ListLettersRequest(participant_id=family.who["Tom"]), timeout=30
        ).letters
        pdfs = [
            clients.inbox.GetLetter(
                notification_pb.GetLetterRequest(letter_id=letter.letter_id), timeout=30
            ).pdf
            for letter in letters
        ]
    finally:
        clients.close()
    assert of_tom.entries, "he was told of the order, else this test sees nothing"
    assert pdfs, "he got a letter, else this test sees nothing"
    printed = [page.extract_text() for pdf in pdfs for page in PdfReader(io.BytesIO(pdf)).pages]
    case = family.ask("ann", "CaseReadService.GetCase", case_id=family.case_id)
    events = []
    for runtime in family.town.platform.runtimes.values():
        with runtime.work() as work:
            events += [bytes(body) for body in work.session.scalars(select(tables.outbox.c.body))]
    seen = [
        str(of_tom).encode(),
        "".join(printed).encode(),
        str(case).encode(),
        command(family, "history", family.number).encode(),
        (family.town.platform.root / "platform.log").read_bytes(),
        *events,
    ]
    for word in HIDDEN:
        assert [n for n, text in enumerate(seen) if word.encode() in text] == [], word


def test_the_receiving_parent_is_told_at_home(family: Family) -> None:
    """Her letters carry her address, else the test above proves nothing."""
    clients = Clients(family.town.platform.addresses, family.town.platform.administrator)
    try:
        (first, *_) = clients.inbox.ListLetters(
            notification_pb.ListLettersRequest(participant_id=family.who["Maria"]), timeout=30
        ).letters
        pdf = clients.inbox.GetLetter(
            notification_pb.GetLetterRequest(letter_id=first.letter_id), timeout=30
        ).pdf
    finally:
        clients.close()
    assert HIDDEN[0] in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
