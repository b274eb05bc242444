from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.adc import unpack_adc
from parsers.block_map import Disk
from parsers.vmdk_descriptor import read_descriptor
from parsers.zstd_frame import unpack_frame
from tests.evidence_builders.disk_images import adc
from tests.evidence_builders.images import have
from tests.parsers.damaged_images import damaged, samples, tried

pytestmark = pytest.mark.skipif(not have("qemu-img"), reason="qemu-img is not installed")
NAMES = ["vhd", "vhdx", "vdi", "qcow2", "vmdk", "qcow", "extended", "zlib", "zstd", "stream", "esx"]
NAMES += ["vhd child", "vhdx child", "dmg"]


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return samples(tmp_path_factory.mktemp("images"))


def test_every_sample_is_tried(images):
    assert sorted(images) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_undamaged_sample_is_read(images, name):
    data, parser = images[name]
    assert tried(data, parser, 1) == "read"


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_image_is_read_or_refused_and_nothing_else(images, name):
    data, parser = images[name]

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 1 << 40))
    def check(seed: int) -> None:
        assert tried(damaged(data, seed), parser, seed) in ("read", "partly", "refused")

    check()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [0, 1, 8, 511, 512, 513, 1024, 4096, 70_000])
def test_an_image_that_is_cut_short_is_refused_or_read_as_far_as_it_goes(images, name, size):
    data, parser = images[name]
    assert tried(data[:size], parser, 1) in ("refused", "partly")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("dmg", "stream")])
def test_an_image_that_was_cut_in_the_middle_says_what_is_lost(images, name):
    data, parser = images[name]
    cut = data[: len(data) - (1200 << 10)]
    disk: Disk = parser(lambda offset, size: cut[offset : offset + size], len(cut))
    assert any("beyond the end of the file" in text for text in disk.problems)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 5000))
def test_adc_of_any_bytes_gives_no_more_than_was_asked_for(data, size):
    with contextlib.suppress(ValueError):
        assert len(unpack_adc(data, size)) <= size


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.integers(1, 300)), max_size=12))
def test_adc_gives_back_what_went_in(runs):
    data = b"".join(bytes([byte]) * length for byte, length in runs)
    assert unpack_adc(adc(data), len(data)) == data


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_a_zstd_frame_of_any_bytes_is_refused(data):
    with pytest.raises(ValueError, match=r"^a compressed cluster"):
        unpack_frame(b"\x28\xb5\x2f\xfd" + data, 4096)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_a_descriptor_of_any_text_is_read(text):
    assert len(read_descriptor(b"# Disk DescriptorFile\n" + text.encode("utf-8", "ignore")).extents) <= 4096
