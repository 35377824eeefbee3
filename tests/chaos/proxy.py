"""A TCP proxy between clients and the server that can stand still, dawdle, cut and forget, each way by itself."""

import asyncio
import contextlib
import random
import threading

CHUNK = 65_536


class Direction:
    """What happens to bytes that go one way. Set from any thread; the proxy's looks each time something passes."""

    def __init__(self):
        self.heal()

    def heal(self):
        self.stalled = False  # kept, and passed on later
        self.delay_s = 0.0  # at most; each piece by itself
        self.cut_percent = 0  # half of a piece is passed on, then both ends are closed
        self.lose_percent = 0  # nothing is passed on, then both ends are closed


class Proxy:
    """Listens on 127.0.0.1 until close(). The server need not be there."""

    POLL_S = 0.02

    def __init__(self, server_port, listen_port, seed):
        self.server_port, self.port = server_port, listen_port
        self.to_server, self.to_client = Direction(), Direction()
        self.random = random.Random(seed)
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.ready.wait(10), "the proxy does not listen"

    def heal(self):
        self.to_server.heal()
        self.to_client.heal()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1024))
        self.ready.set()
        self.loop.run_forever()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader, writer):
        ends = [writer]
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._while_stalled(self.to_server)
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.server_port)
            ends.append(up_writer)
            pumps = [asyncio.ensure_future(self._pump(reader, up_writer, self.to_server)),
                     asyncio.ensure_future(self._pump(up_reader, writer, self.to_client))]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
        for end in ends:
            with contextlib.suppress(OSError, RuntimeError):
                end.close()

    async def _while_stalled(self, direction):
        while direction.stalled:
            await asyncio.sleep(self.POLL_S)

    async def _pump(self, reader, writer, direction):
        """Ends when either end is closed, or is to be."""
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._while_stalled(direction)
                if direction.delay_s:
                    await asyncio.sleep(self.random.uniform(0, direction.delay_s))
                if self._happens(direction.lose_percent):
                    return
                if self._happens(direction.cut_percent):
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                    return
                writer.write(data)
                await writer.drain()

    def _happens(self, percent):
        return percent > 0 and self.random.randrange(100) < percent
