"""The service as a host sees it."""

from chassis import migrate
from chassis.grpc.contract import methods
from withholding_service.service import SERVICE


def test_migrations_make_the_tables_that_the_code_uses(world):
    url = world.runtime.settings.database_url.get_secret_value()
    migrate.check(SERVICE, url)


def test_every_method_of_the_contract_is_implemented():
    names = {method.name for servicer in SERVICE.servicers for method in methods(servicer)}
    assert names == {
        "CreateEmployer",
        "GetEmployer",
        "SubmitRemittanceFile",
        "GetSubmission",
        "ListSubmissionLines",
    }
