"""The sender process: one sender, and beside it the sweeper and the folding of receipts."""

import asyncio
import gc
import logging
import signal
import threading

import uvloop
from django.conf import settings
from django.db import Error, connections

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.engine import providers
from safeconduct.wires.messaging.engine.folding import FOLD_SIZE, fold
from safeconduct.wires.messaging.engine.pressure import gauge
from safeconduct.wires.messaging.engine.senders import Sender
from safeconduct.wires.messaging.engine.sweeper import CHUNK, sweep

log = logging.getLogger(__name__)


def run() -> None:
    """Send until SIGTERM or SIGINT; what is on its way is finished, the rest given back."""
    # What starting up has made stays: the collector need not walk over it while we send.
    gc.collect()
    gc.freeze()
    leaving = threading.Event()
    keeper = threading.Thread(target=keep_house, args=[leaving], name="sweeper", daemon=True)
    keeper.start()
    try:
        uvloop.run(_send())
    finally:
        leaving.set()
        keeper.join(timeout=5)


async def _send() -> None:
    sender = Sender(providers.configured(settings.MESSAGING, mode=settings.MODE))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, sender.leave)
    await sender.run()


def keep_house(leaving: threading.Event) -> None:
    """Sweep and fold once a poll interval, at once again while there is much to do."""
    while not leaving.is_set():
        try:
            gauge.read()
            folded, swept = fold(), sweep(clock.of_database())
        except Error as fault:
            # Any of them: a batch may be forgotten while its receipts are folded, and whoever
            # keeps no house leaves leases, expiries and receipts to nobody, without a word.
            log.warning("The sweeper is put off: %s.", type(fault).__name__)
            folded = swept = 0
            connections.close_all()
        if folded < FOLD_SIZE and swept < CHUNK:
            leaving.wait(settings.MESSAGING["POLL_SECONDS"])
    connections.close_all()
