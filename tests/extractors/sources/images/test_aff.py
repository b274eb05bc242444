from __future__ import annotations

import pytest

from extractors.sources.base import SourceError
from extractors.sources.images import aff
from extractors.sources.place import HostPlace
from tests.evidence_builders.images import have, run_tool


@pytest.mark.skipif(not have("affconvert"), reason="affconvert is not installed")
def test_an_aff_of_version_3_is_named_and_refused_in_one_line(tmp_path):
    (tmp_path / "disk.raw").write_bytes(b"made up " * 1000)
    run_tool("affconvert", "-o", tmp_path / "disk.aff", tmp_path / "disk.raw")
    place = HostPlace(tmp_path / "disk.aff")
    assert aff.detect(place, (tmp_path / "disk.aff").read_bytes()[:100])
    with pytest.raises(SourceError, match=r"^disk\.aff: an AFF image of version 3 is not read: convert it to raw"):
        aff.open_image(place)


def test_another_file_is_none(tmp_path):
    (tmp_path / "a.aff").write_bytes(b"AFF")
    assert not aff.detect(HostPlace(tmp_path / "a.aff"), b"AFF")
