"""Registering employers."""

import pytest

from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from childsupport.withholding.v1.events_pb2 import EmployersChanged
from withholding_service.api import Employers


def find(world, caller: str = "", **key: str) -> pb.Employer:
    with world.runtime.work(Caller("c", employer_id=caller)) as work:
        return Employers().GetEmployer(pb.GetEmployerRequest(**key), work).employer


def test_an_employer_is_registered_told_and_found(world):
    employer_id = world.employer("900000001", ach_company_ids=["1900000001", "PAYROLL"])
    found = find(world, employer_id=employer_id)
    assert (found.fein, found.name, found.version) == ("900000001", "Synth Employer Inc", 1)
    assert sorted(found.ach_company_ids) == ["1900000001", "PAYROLL"]
    assert find(world, fein="900000001") == found
    (told,) = world.told(EmployersChanged)
    assert told.employers[0] == found


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fein": "90000001"}, "employer.fein"),
        ({"fein": "90-000001"}, "employer.fein"),
        ({"fein": "000000001"}, "employer.fein"),
        ({"fein": "890000001"}, "employer.fein"),
        ({"name": "  "}, "employer.name"),
        ({"contact_email": "nobody"}, "employer.contact_email"),
        ({"state": "KEN"}, "employer.state"),
        ({"zip_code": "4060"}, "employer.zip_code"),
        ({"ach_company_ids": ["12345678901"]}, "employer.ach_company_ids[0]"),
        ({"ach_company_ids": ["A", "A"]}, "employer.ach_company_ids"),
    ],
)
def test_a_registration_that_breaks_a_rule_names_the_field(world, changes, field):
    with pytest.raises(PlatformError) as caught:
        world.employer(**changes)
    assert caught.value.reason == ErrorReason.ERROR_REASON_INVALID_FIELD
    assert [violation.field for violation in caught.value.violations] == [field]


def test_numbers_belong_to_one_employer(world):
    world.employer("900000001")
    for changes in (
        {"fein": "900000001"},
        {"fein": "900000002", "ach_company_ids": ["1900000001"]},
    ):
        with pytest.raises(PlatformError) as caught:
            world.employer(**changes)
        assert caught.value.reason == ErrorReason.ERROR_REASON_ALREADY_EXISTS
    with pytest.raises(PlatformError):
        find(world, fein="900000002")


def test_an_employers_client_sees_its_own_alone(world):
    mine, other = world.employer("900000001"), world.employer("900000002")
    assert find(world, caller=mine, employer_id=mine).fein == "900000001"
    with pytest.raises(PlatformError) as caught:
        find(world, caller=mine, employer_id=other)
    assert caught.value.reason == ErrorReason.ERROR_REASON_NOT_FOUND


@pytest.mark.parametrize("key", [{}, {"employer_id": "x", "fein": "y"}])
def test_an_employer_is_asked_for_in_one_way(world, key):
    with pytest.raises(PlatformError) as caught:
        find(world, **key)
    assert caught.value.reason == ErrorReason.ERROR_REASON_INVALID_FIELD
