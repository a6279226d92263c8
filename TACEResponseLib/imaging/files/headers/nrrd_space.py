"""Where an NRRD file's voxels lie: its space turned to LPS, its axes and its first voxel."""

import re
from collections.abc import Mapping

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.header import damaged, unit_axes
from TACEResponseLib.imaging.files.headers.text import needed, numbers, one_of
from TACEResponseLib.imaging.geometry import FloatArray

# What turns each space to LPS.
SPACES = {
    "left-posterior-superior": (1.0, 1.0, 1.0),
    "lps": (1.0, 1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0, 1.0),
    "ras": (-1.0, -1.0, 1.0),
    "left-anterior-superior": (1.0, -1.0, 1.0),
    "las": (1.0, -1.0, 1.0),
}
# With a fourth coordinate; those of other frames ITK does not turn to LPS as it should.
TIMED = {"left-posterior-superior-time": "lps", "lpst": "lps"}
VECTOR = re.compile(r"none|\([^()]*\)", re.IGNORECASE)


def steps_of(
    fields: Mapping[str, str], layer: int | None, where: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Steps along the axes as columns (LPS, mm), their lengths and directions."""
    turn = np.array(_space(fields, where))[:, np.newaxis]
    axes = 3 if layer is None else 4
    if "space directions" in fields:
        text = fields["space directions"]
        vectors = VECTOR.findall(text)
        if len(vectors) != axes or VECTOR.sub("", text).strip():
            raise damaged(where, f"space directions of {axes} axes that read {text[:60]!r}")
        columns = [
            _vector(v, "space directions", fields, where)
            for axis, v in enumerate(vectors)
            if axis != layer
        ]
        steps = np.array(columns).T * turn
        return steps, *unit_axes(steps)
    words = needed(fields, "spacings", where).split()
    if len(words) != axes:
        raise damaged(where, f"{len(words)} spacings of {axes} axes")
    spatial = " ".join(w for axis, w in enumerate(words) if axis != layer)
    spacing = np.array(numbers(spatial, 3, "spacings", where))
    return np.diag(spacing), spacing, np.eye(3)


def _space(fields: Mapping[str, str], where: str) -> tuple[float, float, float]:
    """How the file's frame is turned to LPS; without a word it is taken for LPS, as ITK does."""
    if "axis mins" in fields and not set(fields["axis mins"].lower().split()) <= {"nan"}:
        raise InputError(
            where,
            "must give its position as a space origin",
            got="axis mins",
            remedy="save it again, for instance in 3D Slicer",
        )
    units = fields.get("space units", fields.get("units", ""))
    if set(re.findall(r'"([^"]*)"', units)) - {"mm", "", "???", "none"}:
        raise InputError(
            where,
            "must be in millimeters",
            got=units[:40],
            remedy="save it again, for instance in 3D Slicer",
        )
    if "space" not in fields:
        return SPACES["lps"]
    space = fields["space"].strip().lower()
    return SPACES[one_of(TIMED.get(space, space), tuple(SPACES), "space", where)]


def origin_of(fields: Mapping[str, str], where: str) -> FloatArray:
    """Place of the first voxel, LPS."""
    if "space origin" not in fields:
        return np.zeros(3)
    origin = _vector(fields["space origin"], "space origin", fields, where)
    return np.array(origin) * _space(fields, where)


def _vector(text: str, name: str, fields: Mapping[str, str], where: str) -> list[float]:
    """Three numbers in round brackets; a fourth is time, in which a volume has one place."""
    timed = fields.get("space", "").strip().lower() in TIMED
    count = 4 if timed or fields.get("space dimension") == "4" else 3
    inner = text.strip()
    if not (inner.startswith("(") and inner.endswith(")")):
        inner = ""
    values = numbers(inner[1:-1].replace(",", " "), count, name, where)
    if name != "space origin" and any(values[3:]):
        raise InputError(
            where,
            "its axes in space must not lie in time (space directions)",
            got=text[:60],
            remedy="give one volume, saved as 3D",
        )
    return values[:3]
