"""What the C library and the kernel are told, so that this process and its forks hold little that they do not use."""

from __future__ import annotations

import ctypes
import gc
import mmap
from pathlib import Path

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
_LARGE = 512 * 1024
_KEPT = 1024 * 1024


def give_back_soon() -> None:
    """Give large arrays back to the system when they are freed, here and in forks; glibc would keep up to 64 MB."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # other C libraries give back by themselves
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT)
        library.mallopt(_M_ARENA_MAX, 1)


def keep_for_forks() -> None:
    """Make what is in memory now cheap to share with forks.

    Garbage is given back and everything else left out of later collections, in which a child would change, and so copy,
    every page. What this process has read of its programs and libraries, much of it to load others, is unmapped: a page
    that is needed again is still in the system's cache.
    """
    gc.collect()
    gc.freeze()
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, _, _, inode, *_ = line.split()
        if rights == "r-xp" and inode != "0":  # code as it is in the file: nothing that was ever written to
            first, end = (int(address, 16) for address in place.split("-"))
            library.madvise(ctypes.c_void_p(first), ctypes.c_size_t(end - first), mmap.MADV_DONTNEED)
