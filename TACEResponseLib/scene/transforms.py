"""Grids of nodes as the user sees them: RAS to LPS, parent transforms included."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.geometry import LPS_TO_RAS, FloatArray, Geometry

if TYPE_CHECKING:
    import slicer
    import vtk

RAS_TO_LPS = LPS_TO_RAS  # its own inverse


def to_world(node: "slicer.vtkMRMLTransformableNode", where: str) -> FloatArray | None:
    """(4, 4) from a node's own RAS to the world's, through all parents.

    Returns: `None` where nothing is moved, so that no grid is computed anew.

    Raises: InputError: one of the parents is not linear.
    """
    parent = node.GetParentTransformNode()
    if parent is None:
        return None
    if not parent.IsTransformToWorldLinear():
        raise InputError(
            where,
            "must lie under linear transforms only",
            got=f"a non-linear one at or above {parent.GetName()}",
            remedy="harden the transform first (Transforms module)",
        )
    import vtk

    matrix = vtk.vtkMatrix4x4()
    parent.GetMatrixTransformToWorld(matrix)
    return None if matrix.IsIdentity() else array_of(matrix)


def moved(geometry: Geometry, world: FloatArray | None, where: str) -> Geometry:
    """A grid under a transform.

    Args:
        geometry: of the node itself.
        world: (4, 4) from its RAS to the world's RAS; `None` moves nothing.
        where: what the user calls the node.
    Raises: InputError: the grid's axes are no longer at right angles.
    """
    if world is None:
        return geometry
    affine = RAS_TO_LPS @ world @ geometry.affine_ras
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        direction = affine[:3, :3] / spacing
    try:
        return Geometry(
            size_ijk=geometry.size_ijk,
            spacing_mm=tuple(spacing.tolist()),
            origin_lps=tuple(affine[:3, 3].tolist()),
            direction_lps=tuple(direction.ravel().tolist()),
        )
    except ValueError as error:
        raise InputError(
            where,
            "must keep axes at right angles",
            got="a transform that shears it",
            remedy="harden the transform and resample to a grid with right angles",
        ) from error


def ras_geometry(
    size_ijk: Sequence[int],
    spacing_mm: Sequence[float],
    origin_ras: Sequence[float],
    direction_ras: FloatArray,
) -> Geometry:
    """A grid that MRML states in RAS, to the last bit."""
    signs = np.array([-1.0, -1.0, 1.0])
    return Geometry(
        size_ijk=(int(size_ijk[0]), int(size_ijk[1]), int(size_ijk[2])),
        spacing_mm=(float(spacing_mm[0]), float(spacing_mm[1]), float(spacing_mm[2])),
        origin_lps=tuple((np.asarray(origin_ras) * signs).tolist()),
        direction_lps=tuple((direction_ras * signs[:, None]).ravel().tolist()),
    )


def origin_ras(geometry: Geometry) -> list[float]:
    """Center of the first voxel, RAS, mm."""
    x, y, z = geometry.origin_lps
    return [-x, -y, z]


def direction_ras(geometry: Geometry) -> FloatArray:
    """(3, 3) direction cosines in RAS, one axis a column."""
    return np.asarray(geometry.direction * np.array([-1.0, -1.0, 1.0])[:, None])


def array_of(matrix: "vtk.vtkMatrix4x4") -> FloatArray:
    """A VTK matrix as an array, (4, 4)."""
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
