"""A rule that postings stand on cannot be changed without `verify` saying so; it can be ended."""

import shutil
from datetime import date

import pytest

from payments_service.actions.law_check import changed_rules
from payments_service.jobs.ledger import verify
from policy import load
from policy.lookup import DATA

TODAY = date(2026, 3, 6)
DISBURSE = """id = "us.sdu.disburse"
title = "Disbursement to the family, from receipt"
unit = "business_days"
value = 2
calendar = "state_offices"
effective_from = 1998-10-01
"""
NEVER_CURRENT = "regular,never_assistance,any,1,current,family,"


@pytest.fixture
def posted(world):
    world.participants(world.participant(1))
    world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
    world.take(*world.pages([world.line(n, 10_000 + n, obligor=1) for n in range(1, 4)]))
    world.settle()
    return world


@pytest.fixture
def law(tmp_path):
    """Return a function: the law with one text of one file replaced by another."""

    def changed(file: str, old: str, new: str):
        root = tmp_path / f"law{len(list(tmp_path.iterdir()))}"
        shutil.copytree(DATA, root)
        text = (root / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (root / file).write_text(text.replace(old, new), encoding="utf-8")
        return load("kentucky", root)

    return changed


def findings(world, policy):
    with world.runtime.work() as work:
        return changed_rules(work, policy)


def test_untouched_law_has_no_findings(posted):
    assert findings(posted, load()) == []
    with posted.runtime.work() as work:
        assert verify(work, TODAY)["findings"] == 0


def test_a_changed_row_that_postings_used_is_found_with_its_day(posted, law):
    changed = law(
        "kentucky/distribution_hierarchy.csv", NEVER_CURRENT, NEVER_CURRENT[:-7] + "state,"
    )
    (finding,) = findings(posted, changed)
    assert finding == (
        "Rule ky.distribution.hierarchy.regular.never_assistance.any.1"
        " as posted on 2026-03-06 differs from the policy's now."
    )


def test_a_changed_figure_that_dated_a_receipt_is_found(posted, law):
    changed = law("federal/time_limits.toml", DISBURSE, DISBURSE.replace("= 2", "= 3"))
    (finding,) = findings(posted, changed)
    assert finding.startswith("Rule us.sdu.disburse as it was applied to receipts differs")


def test_a_rule_that_was_taken_out_is_found(posted, law):
    other = DISBURSE.replace("us.sdu.disburse", "us.sdu.pay_out")
    (finding,) = findings(posted, law("federal/time_limits.toml", DISBURSE, other))
    assert finding.endswith("is not in the policy now.")


def test_ending_and_succeeding_a_used_rule_is_no_finding(posted, law):
    rest = """authority = "42 USC 654b(c)(1) and (e); 45 CFR 302.32(b)(3)(i)"
source = "s"
confidence = "verified_text"
"""
    ended = DISBURSE + "effective_to = 2026-07-01\n" + rest
    succeeded = DISBURSE.replace("= 2", "= 3").replace("1998-10-01", "2026-07-01")
    both = f"{ended}\n[[rule]]\n{succeeded}"
    assert findings(posted, law("federal/time_limits.toml", DISBURSE, both)) == []


def test_a_rule_that_no_posting_used_may_change(posted, law):
    old = 'id = "ky.passport.as_responding"\n'
    changed = law("kentucky/licenses_offsets.toml", old, old.replace("responding", "other"))
    assert findings(posted, changed) == []
