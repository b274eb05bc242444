"""Which file systems a volume really holds, where more than one lays claim to it.

Two file systems can stand in one volume, one made over the other or both on purpose, each whole by its own account.
Neither is hidden then: each that holds up is listed under its own name.

References: The Sleuth Kit, library documentation (file system types); Digital Forensics Tool Testing image 10
(volumes that are NTFS and Ext2, NTFS and UFS).
"""

from __future__ import annotations

from itertools import islice
from typing import Final

import pytsk3

from extractors.sources.disk_tables import Image

TYPES: Final = (
    *(pytsk3.TSK_FS_TYPE_NTFS, pytsk3.TSK_FS_TYPE_FAT_DETECT, pytsk3.TSK_FS_TYPE_EXT_DETECT),
    *(pytsk3.TSK_FS_TYPE_FFS_DETECT, pytsk3.TSK_FS_TYPE_HFS_DETECT, pytsk3.TSK_FS_TYPE_ISO9660_DETECT),
)
LOOKED_AT: Final = 100
ALLOCATED: Final = int(pytsk3.TSK_FS_META_FLAG_ALLOC)
DELETED_NAME: Final = int(pytsk3.TSK_FS_NAME_FLAG_UNALLOC)


def claimants(image: Image, offset: int) -> list[pytsk3.FS_Info]:
    """Every file system that opens at an offset, each asked for by its type."""
    found = []
    for kind in TYPES:
        try:
            found.append(pytsk3.FS_Info(image, offset=offset, type=kind))
        except OSError:  # this one makes no claim
            continue
    return found


def holds_up(fs: pytsk3.FS_Info, held: int) -> bool:
    """Whether a file system's metadata agrees with itself: it fits into the `held` bytes of its volume, its root can
    be listed, and the live names there lead to live entries."""
    if int(fs.info.block_size) * int(fs.info.block_count) > held + int(fs.info.block_size):
        return False
    live = broken = 0
    try:
        for file in islice(fs.open_dir(inode=int(fs.info.root_inum)), LOOKED_AT):
            if file.info.name is None or int(file.info.name.flags) & DELETED_NAME:
                continue
            live += 1
            broken += file.info.meta is None or not int(file.info.meta.flags) & ALLOCATED
    except OSError:
        return False
    return live > 0 and broken * 2 < live
