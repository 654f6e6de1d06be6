"""How far back a change of support may reach (42 USC 666(a)(9)(C); KRS 403.213(1))."""

from datetime import date, timedelta

from policy import Policy, Step, explain


def permitted_from(
    entered_on: date, filed_on: date | None, notice_on: date | None, law: Policy, today: date
) -> tuple[date, list[Step]]:
    """Return the first day that a change may hold for, and why.

    Federal law counts from the other party's notice, Kentucky from the filing: the later of both.
    Without both days it holds from its entry on.
    """
    if filed_on is None or notice_on is None:
        return entered_on, []
    of_notice = law.rule("modification.before_notice", today)
    of_filing = law.rule("modification.before_motion", today)
    by_notice = notice_on - timedelta(days=of_notice.days())
    by_filing = filed_on - timedelta(days=of_filing.days())
    steps = [
        explain(
            of_notice,
            {"notice_on": notice_on.isoformat()},
            {"first_day": by_notice.isoformat()},
            "A change reaches no further back than the notice to the other party.",
        ),
        explain(
            of_filing,
            {"filed_on": filed_on.isoformat()},
            {"first_day": by_filing.isoformat()},
            "A change reaches no further back than the filing of the motion.",
        ),
    ]
    return min(entered_on, max(by_notice, by_filing)), steps
