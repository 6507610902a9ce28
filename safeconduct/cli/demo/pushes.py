"""The demo's push service: a real one in a process of its own, with browsers behind it.

Run as ``python -m safeconduct.cli.demo.pushes PORT``. What it cannot open it refuses, as a sign
that something is broken; what it opens is read by its owner, who may answer.
"""

import asyncio
import sys

import http_ece
import uvloop
from aiohttp import web

from safeconduct.cli.demo import browsers
from safeconduct.cli.demo.phones import Phones
from safeconduct.cli.family import die_with_parent


class Pushes:
    """Takes, decrypts and counts push messages."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones
        self.opened = 0

    async def take(self, request: web.Request) -> web.Response:
        try:
            number = int(request.match_info["number"])
            said = browsers.opened(number, await request.read())
        except (ValueError, http_ece.ECEException):
            return web.Response(status=400)
        self.opened += 1
        self._phones.read(f"browser {number}", f"{said['title']} {said['body']} {said['link']}")
        return web.Response(status=201)


async def serve(port: int) -> None:
    # Who is warned in a browser answers with a button; nobody here sends a text message.
    async with Phones(sms_url="", sms_secret="") as phones:
        pushes = Pushes(phones)
        app = web.Application()
        app.router.add_post("/push/{number}", pushes.take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        # Until this process is ended.
        await asyncio.Event().wait()


if __name__ == "__main__":
    die_with_parent()
    uvloop.run(serve(int(sys.argv[1])))
