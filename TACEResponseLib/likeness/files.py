"""References on disk: safetensors of 64-bit numbers, in training and in bundles."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.likeness.fitted import BranchReference, FittedLikeness
from TACEResponseLib.likeness.reference import Reference

# Five networks with AlexNet's 4,096 numbers each have 11 MB.
MOST_BYTES = 32 * 1024**2
MARK = "/"
"""Stands between a branch's name, which can't hold it, and the part."""
JOINT, DISAGREEMENT = "joint", "disagreement"
OF_REFERENCE = ("center", "unit", "mean", "scale", "axes", "variances")
PARTS = (*OF_REFERENCE, "rest", "distances", "logits")


def reference_bytes(reference: Reference) -> bytes:
    """The file of one reference; same numbers, same bytes."""
    return _saved(_reference_parts(reference))


def read_reference(path: Path) -> Reference:
    """What `reference_bytes` gave.

    Raises: ValueError: the file is damaged. OSError: there is none.
    """
    return _reference(_loaded(path))


def write_likeness(likeness: FittedLikeness, path: Path) -> None:
    """Write all of it; same numbers, same bytes."""
    arrays = {JOINT: likeness.joint, DISAGREEMENT: np.array([likeness.disagreement])}
    for name, branch in likeness.branches.items():
        parts = {
            **_reference_parts(branch.reference),
            "distances": branch.distances,
            "logits": np.array([branch.logit_mean, branch.logit_sd]),
        }
        arrays |= {f"{name}{MARK}{part}": array for part, array in parts.items()}
    path.write_bytes(_saved(arrays))


def read_likeness(path: Path, sizes: Mapping[str, int], where: str) -> FittedLikeness:
    """What `write_likeness` wrote.

    Args:
        path: of the file.
        sizes: of each branch's numbers, by its name; the file must hold these and no other.
        where: how the user named the bundle, for messages.
    Raises: InputError: the file is damaged, or of other branches.
    """
    try:
        arrays = _loaded(path)
        _check_names(arrays, [f"{name}{MARK}{part}" for name in sizes for part in PARTS])
        branches = {name: _branch(arrays, name, size) for name, size in sizes.items()}
        (disagreement,) = _finite(arrays[DISAGREEMENT])
        return FittedLikeness(
            branches=branches, joint=arrays[JOINT], disagreement=float(disagreement)
        )
    except ValueError as error:
        raise InputError(
            where,
            f"{path.name} must hold what the metadata says of training patients",
            got=str(error)[:120],
            remedy=COPY_AGAIN,
        ) from error


def _branch(arrays: Mapping[str, Floats], name: str, size: int) -> BranchReference:
    """One branch.

    Raises: ValueError: it has other numbers than the branch gives, or another shape.
    """
    parts = {part: arrays[f"{name}{MARK}{part}"] for part in PARTS}
    if parts["mean"].shape != (size,):
        raise ValueError(f"a reference of {parts['mean'].shape} numbers for the {size} of {name}")
    mean, sd = _finite(parts["logits"])
    if sd <= 0:
        raise ValueError(f"no spread of the logits of {name}")
    return BranchReference(
        reference=_reference(parts),
        distances=parts["distances"],
        logit_mean=float(mean),
        logit_sd=float(sd),
    )


def _check_names(arrays: Mapping[str, Floats], parts: Sequence[str]) -> None:
    """All parts are there, and nothing else."""
    if odd := sorted(set(arrays) ^ {JOINT, DISAGREEMENT, *parts}):
        raise ValueError(f"a difference in {', '.join(name[:80] for name in odd[:3])}")


def _reference_parts(reference: Reference) -> dict[str, Floats]:
    parts = {name: getattr(reference, name) for name in OF_REFERENCE}
    return {**parts, "rest": np.array([reference.rest])}


def _reference(parts: Mapping[str, Floats]) -> Reference:
    (rest,) = parts["rest"]
    return Reference(**{name: parts[name] for name in OF_REFERENCE}, rest=float(rest))


def _finite(values: Floats) -> Floats:
    if not np.isfinite(values).all():
        raise ValueError("numbers that are not finite")
    return values


def _saved(arrays: Mapping[str, Floats]) -> bytes:
    from safetensors.numpy import save

    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def _loaded(path: Path) -> dict[str, Floats]:
    """Every array of a file, 64-bit.

    Raises: ValueError: too large, damaged, or of other numbers.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES // 1024**2} MB")
    try:
        arrays = load(path.read_bytes())
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    if any(array.dtype != np.float64 for array in arrays.values()):
        raise ValueError("numbers of another type than 64-bit floats")
    return arrays
