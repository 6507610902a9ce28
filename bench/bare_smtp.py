"""The raw limit of handing over by SMTP: aiosmtplib, the same server, as many connections.

``python -m bench.bare_smtp PORT NUMBER CONNECTIONS`` prints mails a second.
"""

import asyncio
import sys
import time

import aiosmtplib
import uvloop

_LETTER = (
    b"From: alerts@example.invalid\r\nTo: national1@example.invalid\r\nSubject: test\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + b"x" * 160 + b"\r\n"
)


async def _measure(port: int, number: int, connections: int) -> float:
    left = iter(range(number))

    async def work() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        await client.connect()
        for _ in left:
            await client.sendmail("alerts@example.invalid", ["n@example.invalid"], _LETTER)
        await client.quit()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return number / (time.perf_counter() - began)


if __name__ == "__main__":
    port, number, connections = map(int, sys.argv[1:])
    print(uvloop.run(_measure(port, number, connections)))
