"""What is written is read again to the bit; what was changed is refused in one line."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.likeness.files import (
    read_likeness,
    read_reference,
    reference_bytes,
    write_likeness,
)
from TACEResponseLib.likeness.fitted import FittedLikeness, fit_likeness
from TACEResponseLib.likeness.reference import fit_reference

SIZES = {"cnn": 6, "radiomics": 3}
WHERE = "bundle small"


@pytest.fixture
def likeness() -> FittedLikeness:
    rng = np.random.default_rng(91)
    references = {n: fit_reference(rng.normal(size=(40, size))) for n, size in SIZES.items()}
    distances = {name: rng.chisquare(3, size=40) for name in SIZES}
    return fit_likeness(references, distances, {n: rng.normal(size=40) for n in SIZES})


@pytest.fixture
def written(likeness: FittedLikeness, tmp_path: Path) -> Path:
    path = tmp_path / "likeness.safetensors"
    write_likeness(likeness, path)
    return path


def test_what_was_read_gives_the_same_verdict_to_the_bit(
    likeness: FittedLikeness, written: Path
) -> None:
    again = read_likeness(written, SIZES, WHERE)
    vectors = {name: np.full(size, 1.7) for name, size in SIZES.items()}
    assert again.verdict(vectors, {}) == likeness.verdict(vectors, {})
    assert again.disagreement == likeness.disagreement


def test_a_reference_of_a_fit_comes_back(likeness: FittedLikeness, tmp_path: Path) -> None:
    reference = likeness.branches["cnn"].reference
    path = tmp_path / "fit"
    path.write_bytes(reference_bytes(reference))
    values = np.ones((1, 6))
    assert read_reference(path).distances(values) == reference.distances(values)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("cnn/mean", np.zeros(5)),
        ("cnn/variances", np.full(6, -1.0)),
        ("cnn/logits", np.array([0.0, 0.0])),
        ("radiomics/distances", np.array([2.0, 1.0])),
        ("joint", np.full(40, np.nan)),
        ("more", np.zeros(1)),
        ("cnn/scale", np.ones(6, dtype=np.float32)),
        ("disagreement", np.ones(2)),
    ],
)
def test_a_changed_file_is_refused(written: Path, name: str, array: np.ndarray) -> None:
    written.write_bytes(save({**load(written.read_bytes()), name: array}))
    with pytest.raises(InputError, match="what the metadata says of training patients"):
        read_likeness(written, SIZES, WHERE)


def test_half_a_file_is_refused(written: Path) -> None:
    written.write_bytes(written.read_bytes()[:100])
    with pytest.raises(InputError, match="an unchanged copy"):
        read_likeness(written, SIZES, WHERE)
