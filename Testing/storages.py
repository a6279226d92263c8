"""The 48 ways of storing the same voxels: any order of the axes, each in either direction."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product

import numpy as np

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Volume, Voxels
from TACEResponseLib.patient.case import Case


class Storage:
    """One of the 48: which axis comes first, second, third, and which run backward."""

    def __init__(self, order: tuple[int, ...], flipped: tuple[bool, ...]) -> None:
        self.order, self.flipped = list(order), flipped

    def __repr__(self) -> str:
        """Such as `+i-k+j`."""
        return "".join(
            ("-" if f else "+") + "ijk"[a] for a, f in zip(self.order, self.flipped, strict=True)
        )

    def voxels(self, voxels: Voxels) -> Voxels:
        """(K, J, I) in, stored order out."""
        stored = voxels.T.transpose(self.order)
        return np.ascontiguousarray(np.flip(stored, np.flatnonzero(self.flipped)).T)

    def back(self, stored: Voxels) -> Voxels:
        """The way back."""
        turned = np.flip(stored.T, np.flatnonzero(self.flipped))
        return np.ascontiguousarray(turned.transpose(np.argsort(self.order)).T)

    def geometry(self, grid: Geometry) -> Geometry:
        """The same places in the patient."""
        first = [0, 0, 0]
        for axis, is_flipped in zip(self.order, self.flipped, strict=True):
            first[axis] = grid.size_ijk[axis] - 1 if is_flipped else 0
        columns = grid.direction[:, self.order] * np.where(self.flipped, -1.0, 1.0)
        return Geometry(
            size_ijk=tuple(grid.size_ijk[a] for a in self.order),
            spacing_mm=tuple(grid.spacing_mm[a] for a in self.order),
            origin_lps=tuple(grid.to_lps(first).tolist()),
            direction_lps=tuple(columns.ravel().tolist()),
        )

    def volume(self, volume: Volume) -> Volume:
        """An image."""
        return replace(
            volume, voxels=self.voxels(volume.voxels), geometry=self.geometry(volume.geometry)
        )

    def case(self, case: Case) -> Case:
        """Every image and the ROI of a patient."""
        roi = replace(
            case.roi, labels=self.voxels(case.roi.labels), geometry=self.geometry(case.roi.geometry)
        )
        images = {sequence: self.volume(image) for sequence, image in case.images.items()}
        return Case(case_id=case.case_id, images=images, roi=roi, clinical=case.clinical)


def storages() -> Iterator[Storage]:
    """All 48, the usual one first."""
    for order, flipped in product(permutations(range(3)), product((False, True), repeat=3)):
        yield Storage(order, flipped)
