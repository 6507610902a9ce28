"""What the server is told: sizes by the memory of the machine, safety by what is at stake."""

import os
from pathlib import Path
from typing import Final

MIB: Final = 1 << 20
_CONTAINER_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")


def memory() -> int:
    """Bytes we may count on: the machine's, or the container's if that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = _CONTAINER_LIMIT.read_text().strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdigit() else machine


def parameters(available: int, *, throwaway: bool) -> dict[str, str]:
    """Server parameters for a machine with ``available`` bytes that also runs everything else.

    A throwaway server forgets on a crash what it promised: nothing but tests may use it.
    """
    mebibytes = available // MIB
    chosen = {
        "shared_buffers": f"{max(64, min(mebibytes // 8, 2048))}MB",
        "effective_cache_size": f"{max(128, mebibytes // 2)}MB",
        "work_mem": f"{max(4, min(mebibytes // 512, 48))}MB",
        "maintenance_work_mem": f"{max(32, min(mebibytes // 32, 512))}MB",
        "max_connections": "300",
        "random_page_cost": "1.1",
        "jit": "off",
        # One machine, no replica: bulk loads into new partitions need no second copy in the log.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_buffers": "32MB",
        "max_wal_size": "4GB",
        "min_wal_size": "512MB",
        "checkpoint_timeout": "10min",
        "checkpoint_completion_target": "0.9",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        # A statement in the log may hold a name or a number: none is ever written there.
        "log_min_error_statement": "panic",
        "log_min_duration_statement": "-1",
        "log_error_verbosity": "terse",
    }
    if throwaway:
        chosen |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        chosen |= {"shared_buffers": f"{max(64, min(mebibytes // 16, 256))}MB"}
        # In its own folder, which goes with it: a killed server cannot tidy up elsewhere.
        chosen |= {"dynamic_shared_memory_type": "mmap"}
    return chosen
