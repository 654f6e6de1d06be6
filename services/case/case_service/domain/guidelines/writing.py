"""The result as JSON: dollars as decimal strings, cents where the name says so."""

from fractions import Fraction

from case_service.domain.guidelines.computing import GuidelineResult, in_words
from case_service.domain.guidelines.formulas import printed
from case_service.domain.guidelines.medical import Coverage, Extraordinary
from case_service.domain.guidelines.sheet import LineStep
from case_service.domain.guidelines.worksheet import Worksheet, owed_cents


def result_json(result: GuidelineResult) -> dict[str, object]:
    """The answer of `childsupport guideline --json`; docs/guideline.md says what each key holds."""
    first = result.worksheets[0]
    said: dict[str, object] = {
        "effective_date": result.given.effective_date.isoformat(),
        "children": result.given.children,
        "form": first.form,
        "lines": first.lines(),
        "boxes": first.boxes(),
        "self_support_reserve": first.reserve,
        "obligation_cents": result.owed.amount_cents,
        "payer": result.owed.payer,
        "result": in_words(result.owed),
        "guideline_obligation_cents": result.guideline.amount_cents,
        "guideline_payer": result.guideline.payer,
        "health_coverage": {c.who: _coverage(c) for c in result.coverage},
        "notes": list(result.notes),
        "steps": [step_json(step) for step in result.steps],
        "policy_checksum": result.policy_checksum,
    }
    if result.extraordinary is not None:
        said["extraordinary_medical"] = _extraordinary(result.extraordinary)
    if len(result.worksheets) > 1:
        said["second_worksheet"] = _second(result.worksheets[1])
    if result.given.deviation is not None:
        said["deviation"] = {
            "grounds": list(result.given.deviation.grounds),
            "finding": result.given.deviation.finding,
            "finding_form": result.given.deviation.finding_form,
        }
    return said


def step_json(step: LineStep) -> dict[str, object]:
    """One step: the rule and its authority, what went in, what came out, exactly."""
    return {
        "worksheet": step.worksheet,
        "line": step.line or None,
        "formula": step.formula or None,
        "rule": step.step.rule_id,
        "citation": step.step.citation,
        "confidence": step.step.confidence,
        "inputs": dict(step.step.inputs),
        "result": step.step.output,
        "text": step.step.text,
    }


def _second(worksheet: Worksheet) -> dict[str, object]:
    payer, cents = owed_cents(worksheet)
    return {
        "form": worksheet.form,
        "children": worksheet.children,
        "column_a": worksheet.column_a,
        "column_b": worksheet.column_b,
        "lines": worksheet.lines(),
        "boxes": worksheet.boxes(),
        "self_support_reserve": worksheet.reserve,
        "obligation_cents": cents,
        "payer": payer,
    }


def _coverage(coverage: Coverage) -> dict[str, object]:
    return {
        "reasonable_cost": printed(coverage.limit),
        "health_insurance_paid": printed(coverage.insurance),
        "cash_medical_paid": printed(coverage.cash_medical),
        "reasonable": coverage.reasonable,
    }


def _extraordinary(expenses: Extraordinary) -> dict[str, object]:
    by_child: dict[str, Fraction] = expenses.by_child
    return {
        "above_threshold_by_child": {child: printed(v) for child, v in by_child.items()},
        "total": printed(expenses.total),
        "a": printed(expenses.share_a),
        "b": printed(expenses.share_b),
    }
