"""The bench itself: the same population for a seed, files that can be read, books that balance."""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

import bench

from formats.ach.reader import AchReader
from formats.remittance import remittances
from launcher import cluster
from launcher.bench import baseline, day, journey, population
from launcher.cli import app

PAYMENTS = 50


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Platforms of the bench are made in the folder of the test."""
    tmp_path.chmod(0o755)
    monkeypatch.setattr(bench, "ROOT", tmp_path / "bench")
    monkeypatch.setattr(baseline, "PAYMENTS", 1_000)


def test_the_population_follows_from_its_seed() -> None:
    assert list(population.households(300)) == list(population.households(300))
    assert list(population.lines(300, 300)) != list(population.lines(300, 300, seed=7))


def test_a_larger_population_begins_with_the_smaller_one() -> None:
    few, many = list(population.households(100)), list(population.households(1_000))
    assert many[: len(few)] == few


def test_there_are_exactly_as_many_entries_as_payments_and_some_that_nobody_knows() -> None:
    known = {case.case_number for page in population.import_pages(2_000) for case in page.cases}
    found = [line.case_identifier in known for line in population.lines(2_000, 2_000)]
    assert (len(found), found.count(False)) == (2_000, 2_000 // population.UNKNOWN_EVERY)


def test_three_in_four_of_those_who_owe_pay_by_withholding() -> None:
    cases = [case for page in population.import_pages(1_000) for case in page.cases]
    withheld = sum(case.orders[0].income_withholding for case in cases)
    assert 0.68 < withheld / len(cases) < 0.78
    paying = {name for made in population.households(1_000) for name, _ in made.withheld}
    ordered = {case.case_number for case in cases if case.orders[0].income_withholding}
    assert paying
    assert paying <= ordered


def test_the_files_of_a_payday_hold_all_of_it() -> None:
    sizes = list(population.files(40_000))
    assert (sum(sizes), sizes) == (40_000, list(population.files(40_000)))
    assert min(sizes) < 200
    assert max(sizes) > 5_000


def test_a_hot_account_gets_every_fifth_payment() -> None:
    lines = list(population.lines(1_000, 1_000, hot=True))
    hottest = next(made for made in population.households(1) if made.withheld).withheld[0][0]
    of_one = sum(line.case_identifier == hottest for line in lines)
    assert 1_000 // population.HOT_EVERY <= of_one < 1_000 // population.HOT_EVERY + 20


def test_fewer_cases_than_payments_pay_again() -> None:
    cases = [line.case_identifier for line in population.lines(90, 60)]
    assert len(cases) == 90
    assert len(set(cases)) < 90


def test_a_larger_day_is_compared_with_a_smaller_one_of_the_same_run() -> None:
    asked = day.Asked(payments=50_000, cases=10, seed=1)
    assert asked.reference_payments == day.REFERENCE_PAYMENTS
    assert day.Asked(payments=500, cases=10, seed=1).reference_payments == 0
    assert day.Asked(payments=500, cases=10, seed=1, hot_account=True).reference_payments == 500


@pytest.mark.parametrize(("findings", "code"), [([], 0), (["ledger verify: a cent is off"], 1)])
def test_the_day_ends_with_1_when_a_cent_is_off(
    findings: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "measure", lambda asked, root, say: {"findings": findings})
    done = CliRunner().invoke(app, ["bench", "day", "--payments", "10", "--json"])
    assert done.exit_code == code
    assert ("a cent is off" in done.stderr) == bool(findings)
    assert json.loads(done.stdout) == {"findings": findings}


def test_obligors_differ_as_real_ones_do() -> None:
    cases = [case for page in population.import_pages(1_000) for case in page.cases]
    obligors = {case.obligor_id for case in cases}
    assert len(obligors) < len(cases)
    assert {case.assistance_status for case in cases} == {1, 2, 3}
    arrears = [one.opening_arrears for c in cases for o in c.orders for one in o.obligations]
    assert any(arrears)
    assert not all(arrears)
    people = [one for page in population.import_pages(1_000) for one in page.participants]
    by_account = [bool(p.bank_account.account_number) for p in people if not p.ssn]
    assert any(by_account)
    assert not all(by_account)


def test_its_files_are_read_without_a_problem() -> None:
    lines = list(population.lines(PAYMENTS, PAYMENTS))
    content = journey.employer_file(0, population.lines(PAYMENTS, PAYMENTS), journey.BUSINESS_DATE)
    reader = AchReader(iter([content]))
    entries = list(reader)
    deds = [result for entry in entries for result in remittances(entry).deds]
    assert [p for entry in entries for p in entry.problems] + list(reader.warnings) == []
    assert [p for result in deds for p in (*result.problems, *result.warnings)] == []
    assert [r.ded.case_identifier for r in deds if r.ded] == [n.case_identifier for n in lines]
    assert [entry.amount_cents for entry in entries] == [line.amount_cents for line in lines]


@pytest.mark.platform
@pytest.mark.timeout(300)
def test_a_small_run_balances_and_says_what_it_measured() -> None:
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = bench.main(["--payments", str(PAYMENTS), "--host", "embedded", "--json"])
    said = json.loads(printed.getvalue())
    result = said["results"][0]
    assert code == 0
    assert said["machine"]["postgresql"]
    assert result["books"]["payments"] == 2 * PAYMENTS
    assert result["copy_payments_per_second"] > 0
    for stages in (result["live"], result["alone"]):
        assert all(stage["seconds"] > 0 and stage["ratio_to_copy"] > 0 for stage in stages.values())
    assert all(rss > 0 for rss in result["peak_rss_bytes"].values())
    assert not list(bench.ROOT.iterdir())


def test_a_role_has_as_many_processes_as_its_setting_says() -> None:
    settings = {cluster.processes_setting("payments", "worker"): "3"}
    assert settings == {"PAYMENTS_WORKER_PROCESSES": "3"}
    assert cluster.processes_of("payments", "worker", settings) == 3
    assert cluster.processes_of("payments", "relay", settings) == 1
    more = cluster.connections_for(settings) - cluster.CONNECTIONS
    assert more == 2 * (cluster.CONNECTIONS_PER_PROCESS + 1)


def test_the_day_is_asked_for_as_many_posting_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[day.Asked] = []
    monkeypatch.setattr(day, "measure", lambda one, *_: asked.append(one) or {"findings": []})
    done = CliRunner().invoke(app, ["bench", "day", "--posting-workers", "2", "--json"])
    assert done.exit_code == 0
    assert [one.posting_workers for one in asked] == [2]
    assert CliRunner().invoke(app, ["bench", "day", "--posting-workers", "0"]).exit_code == 2


def test_sizes_must_be_numbers() -> None:
    with pytest.raises(SystemExit):
        bench.main(["--payments", "many"])
