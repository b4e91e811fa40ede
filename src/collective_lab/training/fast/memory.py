"""Keep the memory that one step of training frees for the next step, which asks for the same.

The C library of most Linux systems gives a large tensor's memory back to the kernel when the tensor
goes, and the next tensor's pages are mapped and cleared anew. Between a twentieth and a fifth of
the training time went there, depending on the machine.
"""

import ctypes
from functools import cache

# Of glibc's malloc.h: option, and the value that we give it in bytes.
_OPTIONS = {
    -3: 32 << 20,  # M_MMAP_THRESHOLD: smaller blocks come from the heap; the most it accepts
    -1: 1 << 30,  # M_TRIM_THRESHOLD: free memory at the heap's top that is not given back
    -2: 64 << 20,  # M_TOP_PAD: by how much the heap grows at a time
}


@cache
def keep_freed() -> bool:
    """Let this process keep up to 1 GiB of freed memory; return whether the system could.

    It lasts as long as the process. Without glibc (macOS, Windows, Alpine) nothing changes.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):
        return False
    accepted = [mallopt(option, value) for option, value in _OPTIONS.items()]
    return all(accepted)
