"""What the door for answers is given: it knows no person and no post itself."""

from collections.abc import Mapping

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.urls import reverse

from safeconduct.ground.missions import queries as missions
from safeconduct.response.checkins.engine.ports import Directory
from safeconduct.wires.intake.engine.door import ledger_of
from safeconduct.wires.intake.engine.ledger import Ledger, NotKeptError
from safeconduct.wires.intake.engine.ports import MINISTRY, Ports, PostLine
from safeconduct.wires.messaging.engine import push
from safeconduct.wires.messaging.engine.receipts import INTO, Keep, ReceiptsDoor


def ports() -> Ports:
    """Everything the door asks others for."""
    receipts = ledger_of(INTO, journal=settings.INTAKE["JOURNAL_DIR"] / "receipts")
    door = ReceiptsDoor(_keeping(receipts), proxies=settings.INTAKE["PROXIES"])
    return Ports(
        people_of=Directory().people_of,
        posts=sync_to_async(_posts),
        routes={"/receipts": door},
        ledgers={"receipts": receipts},
        warnings_at=f"{settings.PUBLIC_URL}{reverse('reports:warn')}" if push.is_offered() else "",
    )


def _keeping(ledger: Ledger) -> Keep:
    async def keep(lines: bytes) -> bool:
        try:
            await ledger.keep(lines)
        except NotKeptError:
            return False
        return True

    return keep


def _posts() -> Mapping[int, PostLine]:
    # No request ends here: a connection from before an outage would stay and fail.
    close_old_connections()
    rows = missions.posts()
    lines = {row.id: PostLine(row.names, row.emergency_number) for row in rows}
    ministry = next((lines[row.id] for row in rows if row.kind == "ministry"), None)
    return lines | ({MINISTRY: ministry} if ministry else {})
