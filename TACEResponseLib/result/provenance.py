"""Where a result comes from: versions, and hashes of what went in."""

import hashlib
from importlib import metadata
from typing import Any

import numpy as np

from TACEResponseLib import __version__
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.liver import liver_share
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Voxels
from TACEResponseLib.patient.case import Case

# Packages whose version can move a number.
PACKAGES = (
    "highdicom",
    "monai",
    "numpy",
    "pydicom",
    "pyradiomics",
    "scikit-learn",
    "scipy",
    "SimpleITK",
    "skops",
    "torch",
)


def package_versions() -> dict[str, str]:
    """Versions of this program, of Python and of the packages that compute."""
    import platform

    versions = {"taceresponse": __version__, "python": platform.python_version()}
    return versions | {name: installed_version(name) for name in PACKAGES}


def installed_version(package: str) -> str:
    """Version by package metadata, without importing the package."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def case_hashes(case: Case) -> dict[str, Any]:
    """SHA-256 of each image and of the ROI: voxels and grid, neither file bytes nor names."""
    return {
        "images": {
            sequence.value: {"sha256": _hash(volume.voxels, volume.geometry)}
            for sequence, volume in case.images.items()
        },
        "roi": _roi_hash(case.roi) if case.roi else None,
        **(
            {"sequence_rois": {s.value: _roi_hash(r) for s, r in case.sequence_rois.items()}}
            if case.sequence_rois
            else {}
        ),
        **({"liver": _liver(case.liver, case.roi)} if case.liver else {}),
    }


def _liver(liver: Roi, roi: Roi | None) -> dict[str, Any]:
    """Hash of the mask that the ROI was compared with, and what came of it."""
    record: dict[str, Any] = {"sha256": _hash(liver.labels, liver.geometry)}
    if roi is not None:
        share = liver_share(roi, liver)
        record["roi_share_of_volume"] = round(share.of_volume, 4)
        record["roi_share_outside"] = round(share.outside, 4)
    return record


def _roi_hash(roi: Roi) -> dict[str, Any]:
    """Hash and labels of one drawing."""
    return {
        "sha256": _hash(roi.labels, roi.geometry),
        "labels": [label for label, _ in roi.names],
    }


def _hash(voxels: Voxels, geometry: Geometry) -> str:
    """Hash of voxels with their type and grid."""
    digest = hashlib.sha256(repr((str(voxels.dtype), geometry)).encode())
    digest.update(np.ascontiguousarray(voxels).data)
    return digest.hexdigest()
