"""One worker process on this machine. It ends when the coordinator does, whatever ended that."""

import asyncio
import os
import sys
import threading

from distributed import Worker


async def work(scheduler: str, host: str) -> None:
    """Do what the scheduler says, one run at a time, until it says that all is done."""
    async with Worker(scheduler, host=host, nthreads=1, memory_limit=0, dashboard=False) as worker:
        await worker.finished()


def end_with_coordinator() -> None:
    """End at once when the other end of our standard input is closed, or killed."""
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_coordinator, daemon=True).start()
    asyncio.run(work(*sys.argv[1:]))
