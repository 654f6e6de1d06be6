"""Work that runs again and again, a page a transaction, beside other workers."""

from chassis.service import Timer
from payments_service.actions.charging import open_obligations
from payments_service.actions.disbursing import go_on, release_holds, write_files
from payments_service.actions.posting import post_receipts
from payments_service.actions.redoing import redo_obligors
from payments_service.actions.releasing import release_files
from payments_service.actions.suspense import post_identified
from payments_service.actions.watching import measure_unposted

TIMERS = (
    Timer("open_obligations", 1.0, open_obligations),
    Timer("release_files", 0.5, release_files),
    Timer("post_receipts", 0.2, post_receipts),
    Timer("redo_obligors", 0.5, redo_obligors),
    Timer("post_identified", 1.0, post_identified),
    Timer("release_holds", 2.0, release_holds),
    Timer("pay_out", 1.0, go_on),
    Timer("write_files", 1.0, write_files),
    Timer("measure_unposted", 60.0, measure_unposted),
)
