"""Two folders change places in one step, so that nobody ever finds neither of them.

Linux and macOS can do it; Python has no name for it, so the C library is asked by its own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

HERE = -100  # AT_FDCWD: paths are told from the working folder
SWAP = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS
CANNOT = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def exchange(one: Path, other: Path) -> bool:
    """Let two folders on one file system change places; says whether that could be done in one step.

    False, with nothing changed, where the system or the file system has no such step. Raises OSError where it
    has and it fails.
    """
    paths = os.fsencode(one), os.fsencode(other)
    library = ctypes.CDLL(None, use_errno=True)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(*paths, SWAP)
        else:
            failed = library.renameat2(HERE, paths[0], HERE, paths[1], SWAP)
    except AttributeError:
        return False
    if not failed:
        return True
    if (code := ctypes.get_errno()) in CANNOT:
        return False
    raise OSError(code, os.strerror(code), str(other))
