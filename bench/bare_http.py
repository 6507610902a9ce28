"""The raw limit of handing over by HTTP: aiohttp, the same server, as many calls in flight.

``python -m bench.bare_http PORT NUMBER IN_FLIGHT`` prints messages a second.
"""

import asyncio
import sys
import time

import aiohttp
import uvloop

_BODY = (
    '{"to":"+999100000001","from":"","text":"Zəlzələ. Təhlükəsiz yerə keçin. Cavab: '
    'http://127.0.0.1:8010/s/0000000000000000000000 və ya 1 salamat, 2 kömək, 3 orada deyil"}'
).encode()


async def _measure(port: int, number: int, in_flight: int) -> float:
    left = iter(range(number))
    url = f"http://127.0.0.1:{port}/send"

    async def work(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.post(url, data=_BODY) as response:
                await response.read()

    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector) as session:
        began = time.perf_counter()
        await asyncio.gather(*(work(session) for _ in range(in_flight)))
        return number / (time.perf_counter() - began)


if __name__ == "__main__":
    port, number, in_flight = map(int, sys.argv[1:])
    print(uvloop.run(_measure(port, number, in_flight)))
