from __future__ import annotations

import random

from tests.evidence_builders.images import have, run_tool
from tests.evidence_builders.yaffs import yaffs_image
from tests.extractors.sources.disk_reading import contents, listed, state

RNG = random.Random(1)
FILES = {f"file{number:02d}.bin": RNG.randbytes(100 + number * 3000) for number in range(30)}


def test_files_of_a_flash_image_come_with_their_bytes_and_earlier_versions_are_told(tmp_path):
    image = tmp_path / "flash.img"
    image.write_bytes(yaffs_image(FILES))
    before = state(tmp_path)
    entries, problems, facts = listed(image)
    live = {entry.path for entry in entries if not entry.deleted}
    assert live == {f"photos/{name}" for name in FILES}
    assert {entry.note.partition(":")[0] for entry in entries if entry.deleted} <= {"an earlier version, not read"}
    assert (problems, facts["volume p0"][:7]) == ([], "YAFFS2,")
    got = contents(image)
    assert {path: got[path] for path in live} == {f"photos/{name}": data for name, data in FILES.items()}
    assert state(tmp_path) == before
    if have("unyaffs"):
        run_tool("unyaffs", image, tmp_path / "out")
        unpacked = {path.name: path.read_bytes() for path in (tmp_path / "out/photos").iterdir()}
        assert unpacked == FILES
