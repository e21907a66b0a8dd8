"""Running PostgreSQL when we are root, which it refuses to be.

The process becomes an unprivileged user that already exists. That user may be unable to
reach the data folder or the programs (below /root, in a private temporary folder), so it
keeps one capability: to pass and read folders. It owns what it writes.
"""

from __future__ import annotations

import ctypes
import os
import pwd

_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
# Without it the kernel ignores capabilities in access(2), which PostgreSQL asks about its
# own program, and drops them on the change of user.
_SECBIT_NO_SETUID_FIXUP = 1 << 2

_CANDIDATES = ("postgres", "nobody")


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def server_user() -> pwd.struct_passwd | None:
    """The user PostgreSQL runs as when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("neither a user postgres nor a user nobody exists")


def demote(user: pwd.struct_passwd) -> None:
    """Become the user for good, keeping only the right to reach folders where that is ours."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    # A container often lacks the narrow right and has the wide one; either lets it pass.
    if not _keep(libc, _CAP_DAC_READ_SEARCH) and not _keep(libc, _CAP_DAC_OVERRIDE):
        _drop_all(libc)


def _keep(libc: ctypes.CDLL, capability: int) -> bool:
    mask = 1 << capability
    if not _set(libc, permitted=mask | _permitted(libc), effective=mask, inheritable=mask):
        return False
    raised = libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0
    return raised and _set(libc, permitted=mask, effective=mask, inheritable=mask)


def _permitted(libc: ctypes.CDLL) -> int:
    data = (_Data * 2)()
    libc.capget(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), ctypes.byref(data))
    return int(data[0].permitted)


def _drop_all(libc: ctypes.CDLL) -> None:
    _set(libc, permitted=0, effective=0, inheritable=0)


def _set(libc: ctypes.CDLL, *, permitted: int, effective: int, inheritable: int) -> bool:
    data = (_Data * 2)()
    data[0] = _Data(effective, permitted, inheritable)
    header = _Header(_CAPABILITY_VERSION_3, 0)
    return int(libc.capset(ctypes.byref(header), ctypes.byref(data))) == 0
