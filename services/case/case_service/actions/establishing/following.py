"""What follows when a fact changed a child's paternity: who owes, who is alleged, who is told."""

from case_service.actions.changing import save_case
from case_service.actions.establishing.common import law_of, names
from case_service.actions.establishing.parentage import Opened, View, look
from case_service.actions.membership import name_obligor
from case_service.actions.notices import notify
from case_service.actions.telling import tell
from case_service.domain.establishing.blocking import IN_WORDS
from case_service.domain.establishing.household import (
    alleged_of,
    children_of,
    father_to_owe,
    without_excluded,
)
from case_service.domain.establishing.paternity import Standing
from case_service.domain.model import Case
from case_service.domain.notices import Notice
from chassis.ids import derived_id
from chassis.runtime import Work


def settle(work: Work, opened: Opened, case: Case | None = None) -> View:
    """Let follow what a new fact about a child brings; returns what stands now.

    `case` is the case as the fact left it (a man was named); None: as it was opened.
    """
    case, law, today = case or opened.case, law_of(work), work.clock.today()
    children = children_of(case)
    views = dict(zip(children, look(work, case, children), strict=True))
    before, now = opened.view.standing, views[opened.child_id].standing
    if (before.status, before.father_id) != (now.status, now.father_id):
        _tell_change(work, opened, now)
    standings = {child_id: one.standing for child_id, one in views.items()}
    after = without_excluded(case, standings, law, today)
    if after != opened.case:
        save_case(work, opened.stored, after)
        _tell_removed(work, case, after)
    if father_id := father_to_owe(after, standings, law, today):
        basis = f"paternity is {IN_WORDS[now.status]}"
        after = name_obligor(work, after.case_id, father_id, basis).case
    view = look(work, after, [opened.child_id])[0]
    if now.status == "adjudicated" and before.father_id != now.father_id:
        _notify_established(work, view)
    return view


def _notify_established(work: Work, view: View) -> None:
    """Tell the father and the obligee, as far as they are parties of this case."""
    case, father_id = view.case, view.standing.father_id
    about = derived_id("paternity", view.child.child_id, father_id)
    for one in sorted({father_id, case.obligee_id} & {case.obligor_id, case.obligee_id}):
        notify(work, case, one, Notice("paternity_established", about))


def _tell_change(work: Work, opened: Opened, now: Standing) -> None:
    tell(
        work,
        opened.case.case_id,
        "paternity_changed",
        about_id=opened.child_id,
        citation=now.steps[-1].citation if now.steps else "",
        child=names(work, opened.child_id).get(opened.child_id, ""),
        was=IN_WORDS[opened.view.standing.status],
        status=IN_WORDS[now.status],
    )


def _tell_removed(work: Work, before: Case, after: Case) -> None:
    gone = alleged_of(before) - alleged_of(after)
    called = names(work, *gone)
    for man in sorted(gone):
        father = called.get(man, "")
        tell(work, after.case_id, "alleged_father_removed", about_id=man, father=father)
