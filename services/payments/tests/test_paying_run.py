"""A disbursement run in steps: it dies half-way and goes on, and workers share it.

42 USC 654b(c)(1): money goes out within two business days, so a run must not begin all over; and
nobody is paid twice.
"""

import threading

import pytest
from sqlalchemy import text

from payments_service.actions import disbursing
from payments_service.jobs import ledger as jobs
from payments_service.store import runs, snapshot, totals

from .conftest import TODAY

OBLIGORS = range(1, 25)


class DiedError(Exception):
    """Stands for a process that is gone before its commit."""


def die_in_a_step(world):
    with world.runtime.work() as work:
        disbursing.pay_page(work, TODAY)
        raise DiedError


def ready(world, obligors=OBLIGORS):
    """Each obligor pays one family; some by check, some families cannot be paid."""
    world.cases(*[world.case(n, obligations=[world.obligation(n, 30_000)]) for n in obligors])
    world.participants(
        *[world.participant(n, account=n % 3 != 0, address=n % 4 != 0) for n in obligors]
    )
    world.take(*world.pages([world.line(n, 1_000 + n, obligor=n) for n in obligors]))
    world.settle()
    return world


def paid(world):
    """The books, the files on disk, and how many payments were told."""
    world.settle()
    with world.runtime.work() as work:
        found = totals.verify(work.session)
        assert found.findings == ()
        assert found.payable_cents == 0
        twice = (
            "SELECT count(*) FROM disbursement GROUP BY payee_id, business_date HAVING count(*) > 1"
        )
        assert work.session.execute(text(twice)).all() == []
        open_steps = "SELECT count(*) FROM disbursement_step WHERE done_at IS NULL"
        assert work.session.scalar(text(open_steps)) == 0
        assert work.session.scalar(text("SELECT count(*) FROM to_pay")) == 0
        books = snapshot.books(work)
    folder = world.runtime.settings.data_dir / disbursing.FOLDER
    return books, {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def whole(world_for):
    world = ready(world_for())
    with world.runtime.work() as work:
        jobs.disburse(work, TODAY)
    return paid(world)


@pytest.mark.parametrize("steps", [5, 17, 20])
def test_a_run_that_dies_goes_on_where_it_stopped(world, whole, steps):
    ready(world)
    for _ in range(steps):
        with world.runtime.work() as work:
            assert disbursing.pay_page(work, TODAY)
    with pytest.raises(DiedError):
        die_in_a_step(world)
    assert paid(world) == whole
    with world.runtime.work() as work:
        again = jobs.disburse(work, TODAY)
    assert again["disbursements"] == len(whole[0]["disbursements"])
    assert paid(world) == whole


def test_workers_share_a_run(world, whole):
    ready(world)
    with world.runtime.work() as work:
        disbursing.pay_page(work, TODAY)
    taken: list[list[tuple[int, int]]] = [[], [], []]

    def share(mine):
        for _ in range(200):
            with world.runtime.work() as work:
                step = runs.take(work.session, wait=True)
                if step is None:
                    return
                disbursing._advance(work, step)
                mine.append((step.stage, step.part))

    workers = [threading.Thread(target=share, args=(mine,)) for mine in taken]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert paid(world) == whole
    done = [step for mine in taken for step in mine]
    assert set(done) == set(disbursing.STEPS)
    assert [mine for mine in taken if mine] != [done]


def test_money_that_comes_during_a_run_waits_for_the_next(world):
    ready(world, range(1, 5))
    with world.runtime.work() as work:
        disbursing.pay_page(work, TODAY)
    for _ in range(16):
        with world.runtime.work() as work:
            disbursing.pay_page(work, TODAY)
    world.take(*world.pages([world.line(900, 700, obligor=1)], submission=9))
    world.settle()
    with world.runtime.work() as work:
        assert totals.ledger_totals(work.session).payable_cents == 700
        assert totals.verify(work.session).findings == ()


def test_a_job_waits_for_a_step_that_another_worker_has(world):
    """The job is done when the run is: not before, and not by waiting for a lock that times out."""
    ready(world, range(1, 3))
    with world.runtime.work() as work:
        disbursing.pay_page(work, TODAY)
    done = []
    with world.runtime.work() as other:
        held = runs.take(other.session, wait=False)
        (job,) = [j for j in jobs.JOBS if j.name == "disburse"]
        thread = threading.Thread(target=lambda: done.append(world.runtime.run_job(job, TODAY)))
        thread.start()
        thread.join(0.5)
        assert not done
        disbursing._advance(other, held)
    thread.join()
    assert done[0]["disbursements"] == 2
