"""The demo's SMS gateway: a real HTTP service in a process of its own, with phones behind it.

Run as ``python -m safeconduct.cli.demo.gateway PORT SMS_URL`` with the gateway's secret in
``SAFECONDUCT_SMS_SECRET``. Reports every message delivered, as an operator would.
"""

import asyncio
import os
import sys
from typing import Final

import aiohttp
import uvloop
from aiohttp import web

from safeconduct.cli.demo.phones import Phones
from safeconduct.cli.family import die_with_parent

_RECEIPTS_AT_ONCE: Final = 500
_RECEIPT_EVERY_SECONDS: Final = 0.25


class Gateway:
    """Takes ``{"to", "text", "reference", "receipt_url"}``, delivers, reports, counts."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones
        self._receipts: list[tuple[str, str]] = []
        self.taken = 0

    async def take(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.taken += 1
        self._receipts.append((message["receipt_url"], message["reference"]))
        self._phones.read(message["to"], message["text"])
        return web.json_response({"id": f"gw-{self.taken}"})

    async def counts(self, _request: web.Request) -> web.Response:
        return web.json_response({"taken": self.taken} | vars(self._phones.counts))

    async def report_forever(self) -> None:
        """Report deliveries in batches; what could not be reported is tried again."""
        async with aiohttp.ClientSession() as http:
            while True:
                await asyncio.sleep(_RECEIPT_EVERY_SECONDS)
                while batch := self._receipts[:_RECEIPTS_AT_ONCE]:
                    if not await self._report(http, batch):
                        break
                    del self._receipts[: len(batch)]

    async def _report(self, http: aiohttp.ClientSession, batch: list[tuple[str, str]]) -> bool:
        delivered = [{"reference": reference, "state": "delivered"} for _, reference in batch]
        try:
            async with http.post(batch[0][0], json=delivered) as response:
                return response.status < 400
        except aiohttp.ClientError:
            return False


async def serve(port: int, sms_url: str, secret: str) -> None:
    async with Phones(sms_url=sms_url, sms_secret=secret) as phones:
        gateway = Gateway(phones)
        app = web.Application()
        app.router.add_post("/send", gateway.take)
        app.router.add_get("/counts", gateway.counts)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await gateway.report_forever()


if __name__ == "__main__":
    die_with_parent()
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2], os.environ["SAFECONDUCT_SMS_SECRET"]))
