"""Near-copies have nearly the same signs, two patients do not; measured on real images."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.cohort.traces.fingerprint import (
    MOST_DIFFERENT,
    SIGNS,
    as_table,
    fingerprint,
    near_copies,
)


def signs(code: str) -> np.ndarray:
    """1 for brighter, -1 for darker, 0 for alike."""
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(code), dtype=np.uint8)).astype(int)
    return bits[:SIGNS] - bits[SIGNS : 2 * SIGNS]


def test_signs_of_a_slope_are_known_by_hand() -> None:
    # Brighter along i alone: of 3 x 448 neighbors the last 448 are.
    slope = np.broadcast_to(np.arange(32), (16, 16, 32))
    assert signs(fingerprint(slope)).tolist() == [0] * 896 + [1] * 448
    assert signs(fingerprint(-slope)).tolist() == [0] * 896 + [-1] * 448


def test_what_hardly_varies_or_is_too_small_has_none() -> None:
    flat = np.full((16, 16, 16), -1024.0)
    flat[8, 8, 8] = 50
    assert fingerprint(flat) == ""
    assert fingerprint(np.random.default_rng(1).normal(size=(7, 20, 20))) == ""
    assert as_table([]).size == 0


def test_only_copies_are_near() -> None:
    rng = np.random.default_rng(2)
    images = [rng.normal(size=(16, 24, 24)) for _ in range(3)]
    copy = images[1].copy()
    copy[8, 12, 12] += 3
    table = as_table([fingerprint(image) for image in images])
    assert near_copies(fingerprint(copy), table).tolist() == [False, True, False]


def test_limits_hold_on_real_images(shared_data: Path) -> None:
    for kind in ("CT", "MR_T1"):
        paths = sorted((shared_data / "sts").glob(f"*_{kind}_image.nii.gz"))
        images = [sitk.GetArrayFromImage(sitk.ReadImage(str(path))) for path in paths]
        codes = [signs(fingerprint(image)) for image in images]
        assert min(np.mean(a != b) for a, b in combinations(codes, 2)) > 0.31
        for image, code in zip(images, codes, strict=True):
            other = image.astype(np.float64)
            other[tuple(n // 2 for n in other.shape)] += image.std()
            assert np.mean(signs(fingerprint(other)) != code) < MOST_DIFFERENT / 10


def test_another_number_of_bytes_is_no_fingerprint() -> None:
    with pytest.raises(ValueError, match="same shape"):
        as_table(["00", "0000"])
