"""What the worksheet's lines and rules are called, and what they mean, in plain words."""

from collections.abc import Mapping
from typing import Final

from web.i18n import N_

TITLES: Final[Mapping[str, str]] = {
    "1": N_("Monthly gross income"),
    "2": N_("Maintenance paid"),
    "3": N_("Support for children born earlier"),
    "4": N_("Monthly adjusted gross income"),
    "5": N_("Combined income"),
    "6": N_("Share of the combined income"),
    "I": N_("Box I: self-support amount"),
    "II": N_("Box II: combined amount"),
    "7": N_("Base support from the table"),
    "8": N_("Child care"),
    "9": N_("Health insurance and cash medical support"),
    "10": N_("Total support"),
    "11": N_("Each parent's share"),
    "12": N_("Share less what is paid directly"),
    "13": N_("Days a year with column B"),
    "III": N_("Box III: amount for shared time"),
    "14": N_("Percentage for parenting time"),
    "15": N_("Parenting-time credit"),
    "16": N_("Support after the credit"),
    "17": N_("Support under the self-support reserve"),
}
"""By line or box, in the order in which they are computed."""

MEANINGS: Final[Mapping[str, str]] = {
    "1": N_(
        "All income before taxes: wages, tips, self-employment, benefits."
        " Help that depends on need, such as K-TAP or SNAP, does not count."
    ),
    "2": N_("Maintenance (alimony) that a parent pays comes off that parent's income."),
    "3": N_("What a parent pays for children born before these comes off that parent's income."),
    "4": N_("Line 1 less lines 2 and 3. It is never below zero."),
    "5": N_("The two incomes of line 4 added together."),
    "6": N_("How much of the combined income each parent has."),
    "I": N_("The table's amount at the income of column B alone. It leaves a low earner enough."),
    "II": N_("The table's amount at the combined income."),
    "7": N_("The State's table gives this for the income and the number of children."),
    "8": N_("What each parent pays for child care so that a parent can work."),
    "9": N_("What each parent pays for the children's health coverage."),
    "10": N_("Lines 7, 8 and 9 added together."),
    "11": N_("The total, split by the shares on line 6."),
    "12": N_("What a parent pays for care and coverage directly is already paid."),
    "13": N_("The days a year that the children spend with the parent in column B."),
    "III": N_("The table's amount that the credit is a part of."),
    "14": N_("The law's chart turns the days on line 13 into this percentage."),
    "15": N_("The percentage on line 14 of box III."),
    "16": N_("Line 12 less line 15. Below zero, the parent in column A pays."),
    "17": N_("Box I and a share of care and coverage, less what is paid directly."),
}

RULES: Final[Mapping[str, str]] = {
    "guidelines.excluded_income": N_(
        "%(column)s: help that depends on need was taken off. What counts is %(result)s."
    ),
    "guidelines.self_employment": N_("%(column)s: with self-employment it is %(result)s."),
    "guidelines.self_employment.loss": N_("%(column)s: a business loss counts as %(result)s."),
    "guidelines.imputation": N_(
        "%(column)s: the parent could earn more. %(result)s a month is taken."
    ),
    "guidelines.imputation.not_incarcerated": N_(
        "%(column)s: the parent is in prison or jail, so only real income counts."
    ),
    "guidelines.imputation.child_age_max": N_(
        "%(column)s: the parent cares for a very young child, so only real income counts."
    ),
    "guidelines.prior_born_imputed": N_(
        "%(column)s: support for the children born earlier who live there is taken off."
    ),
    "guidelines.cs_71_1": N_(
        "One parent has all the income. The children's whole premium comes off that income"
        " (worksheet CS-71.1)."
    ),
    "guidelines.share.no_income": N_("Neither parent has income, so each has half."),
    "guidelines.table": N_("The row of the table gives %(result)s."),
    "guidelines.table.between_rows": N_(
        "%(amount)s falls between two rows of the table. The lower row is taken."
    ),
    "guidelines.table.above_top": N_(
        "%(amount)s is above the table. The highest row is shown; a judge may order more."
    ),
    "guidelines.self_support.within": N_(
        "The income of column B, %(amount)s, is within the self-support reserve (up to"
        " %(ceiling)s). The amount is limited so that this parent can live."
    ),
    "guidelines.self_support.above": N_(
        "The income of column B, %(amount)s, is above the self-support reserve (%(ceiling)s)."
        " The table holds as it is."
    ),
    "guidelines.self_support.between_rows": N_(
        "%(amount)s falls between two rows of the table. The lower row is taken."
    ),
    "guidelines.self_support.lesser_of": N_(
        "Box I is more than the plain share would be. The form takes box I."
    ),
    "guidelines.self_support.with_parenting_credit": N_(
        "The lower of line 16 and line 17 counts: %(result)s."
    ),
    "guidelines.minimum": N_("The least support that the law allows is %(minimum)s a month."),
    "guidelines.minimum.direct_payments": N_(
        "Column B pays more directly than its share. The least support holds all the same."
    ),
    "guidelines.minimum.with_parenting_credit": N_(
        "The result is below %(minimum)s. With shared time it may be."
    ),
    "guidelines.minimum.split_custody": N_("The difference is below the least support."),
    "guidelines.parenting_time.none_with_assistance": N_(
        "A child gets public assistance. A judge may then refuse the credit; it is shown here."
    ),
    "guidelines.parenting_time.minimum_days": N_(
        "There is no credit below %(minimum_days)s days a year."
    ),
    "guidelines.parenting_time.half_day": N_("A half day counts in the lower step of the chart."),
    "guidelines.reasonable_cost.above": N_(
        "%(column)s pays %(paid)s for coverage. That is more than the law calls reasonable."
        " It is entered as paid; a judge may order cash medical support instead."
    ),
    "medical.reasonable_cost": N_("%(column)s: coverage is reasonable up to %(result)s a month."),
    "guidelines.split_custody": N_(
        "Each parent has some of the children: two worksheets, and the difference is owed."
    ),
    "guidelines.worksheet": N_("Column B owes %(result)s. Below zero, column A owes it."),
    "guidelines.rounding": N_("To the cent: %(result)s a month."),
    "medical.extraordinary": N_(
        "Medical costs of the year above the law's threshold are shared apart: %(result)s."
    ),
}
"""By rule without the State's prefix. Amounts are named as the step names them."""
