"""The demo's SMS gateway: a real HTTP service in a process of its own, with phones behind it.

Run as ``python -m safeconduct.cli.demo.gateway PORT SMS_URL`` with the secret that text messages
come in by in ``SAFECONDUCT_SMS_SECRET``. Reports every message delivered, as an operator would.
"""

import asyncio
import os
import sys

import uvloop

from safeconduct.cli.demo.phones import Phones
from safeconduct.cli.family import die_with_parent
from safeconduct.wires.messaging.engine.local_gateway import Gateway, Received, Reports


async def serve(port: int, sms_url: str, secret: str) -> None:
    reports = Reports()
    async with Phones(sms_url=sms_url, sms_secret=secret) as phones:

        def deliver(message: Received) -> None:
            reports.delivered(message)
            phones.read(message.to, message.text)

        server = await Gateway(listener=deliver).listen(port)
        await asyncio.gather(server.serve_forever(), reports.send_forever())


if __name__ == "__main__":
    die_with_parent()
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2], os.environ["SAFECONDUCT_SMS_SECRET"]))
