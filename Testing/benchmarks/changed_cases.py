"""Cases that are not what a model of arterial CT was trained on, made of patients who are."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.simulation.mr.patient import simulate_mr_patient
from TACEResponseLib.simulation.mr.settings import MrSimulationSettings
from TACEResponseLib.simulation.simulated import SimulatedPatient

Makers = Mapping[str, Callable[[], Case]]
Floats = NDArray[np.float32]
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CT = Acquisition(modality="CT")
NAMES = ((1, "Tumor"),)
# Middles of organs from the middle of a simulated image, mm, LPS; of an average patient.
PLACES = {
    "spleen": (94.0, 24.0, 14.0),
    "kidney": (57.0, 50.0, -40.0),
    "stomach": (52.0, -30.0, 14.0),
    "liver without tumor": (-72.0, -4.0, -4.0),
}
ORGANS = {1: "spleen", 2: "kidney", 3: "kidney, left", 4: "gallbladder", 5: "liver", 6: "stomach"}
SARCOMAS = ("002", "008", "012", "019", "024", "025", "041", "042")


def of_patient(patient: SimulatedPatient, rng: np.random.Generator) -> Makers:
    """Makers of changed cases by what was changed."""
    voxels = patient.image.voxels.astype(np.float32)
    tumor = patient.roi.labels == 1
    radius = float(np.exp(rng.uniform(np.log(10.0), np.log(18.0))))
    makers = {
        f"ROI in {organ}": partial(_case, patient, voxels, ball(patient.image, place, radius))
        for organ, place in PLACES.items()
    }
    shifts = {f"HU {s:+d}": voxels + s for s in (-200, -100, 100, 200, 1024)}
    images = {
        **shifts,
        "portal phase as arterial": portal(voxels, tumor),
        "lipiodol in a third of the tumor": lipiodol(voxels, tumor, rng),
        "metal beside the tumor": metal(voxels, tumor, patient.image.geometry, rng),
        "noise of 30 HU added": voxels + rng.normal(0, 30, voxels.shape).astype(np.float32),
    }
    makers |= {name: partial(_case, patient, image, tumor) for name, image in images.items()}
    makers["slices of 9 mm"] = partial(_thick, patient, voxels, tumor)
    makers["MR as CT"] = partial(_mr_as_ct, int(rng.integers(2**31)))
    return makers


def of_real_images() -> Makers:
    """Organs of an abdominal CT as ROI, MR as CT, sarcomas outside the liver."""
    if not DATA.is_dir():
        return {}
    folder = DATA / "liver_ct"
    makers: dict[str, Callable[[], Case]] = {
        f"CT, whole {organ}": partial(_labelled, folder / "ct.nii.gz", folder / "organs.nii.gz", n)
        for n, organ in ORGANS.items()
    }
    makers["MR as CT, a ball in it"] = partial(_balled, folder / "mr.nii.gz")
    for name in SARCOMAS:
        image, roi = sarcoma_files(name)
        makers[f"sarcoma {name}, CT"] = partial(_labelled, image, roi, 1)
    return makers


def sarcoma_files(name: str) -> tuple[Path, Path]:
    """CT and mask."""
    files = sorted((DATA / "sts").rglob(f"*{name}*"))
    mask = next(f for f in files if "mask" in f.name.lower() and "CT" in str(f))
    image = next(f for f in files if "mask" not in f.name.lower() and "CT" in str(f))
    return image, mask


def ball(
    image: Volume, middle_mm: tuple[float, float, float], radius_mm: float
) -> NDArray[np.bool_]:
    """A ball about a place, from the middle of an image, LPS."""
    spacing = image.geometry.spacing_mm
    steps = [
        (np.arange(n) - (n - 1) / 2) * s - m
        for n, s, m in zip(image.geometry.size_ijk, spacing, middle_mm, strict=True)
    ]
    i, j, k = steps
    squares = k[:, None, None] ** 2 + j[None, :, None] ** 2 + i[None, None, :] ** 2
    return np.asarray(squares <= radius_mm**2)


def portal(voxels: Floats, tumor: NDArray[np.bool_]) -> Floats:
    """Liver and vessels enhanced, the tumor washed out."""
    soft = (voxels > 30) & (voxels < 150) & ~tumor
    return voxels + 40.0 * soft.astype(np.float32) - 25.0 * tumor.astype(np.float32)


def lipiodol(voxels: Floats, tumor: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Clumps of 300 to 900 HU in a third of the tumor."""
    field = ndimage.gaussian_filter(rng.normal(size=voxels.shape), 1.5)
    clumps = tumor & (field > np.quantile(field[tumor], 2 / 3))
    oil = 600 + 150 * ndimage.gaussian_filter(rng.normal(size=voxels.shape), 1.0) / 0.1
    return np.where(clumps, np.clip(oil, 300, 900), voxels).astype(np.float32)


def metal(
    voxels: Floats, tumor: NDArray[np.bool_], geometry: Geometry, rng: np.random.Generator
) -> Floats:
    """A clip 25 mm from the tumor's middle, with streaks in its slices."""
    middle = np.array(ndimage.center_of_mass(tumor))
    angle = rng.uniform(0, 2 * np.pi)
    spacing = np.array(geometry.spacing_mm[::-1])
    clip = middle + np.array([0, 25 * np.sin(angle), 25 * np.cos(angle)]) / spacing
    k, j, i = (np.arange(n, dtype=np.float32) for n in voxels.shape)
    dk, dj, di = ((x - c) * s for x, c, s in zip((k, j, i), clip, spacing, strict=True))
    far = np.hypot(dj[:, None], di[None, :])
    turn = np.arctan2(dj[:, None], di[None, :])
    streaks = 350 * np.sin(7 * turn + angle) * np.exp(-far / 60)
    changed = voxels + streaks * (np.abs(dk) < 8)[:, None, None]
    changed[(np.abs(dk) < 4)[:, None, None] & (far < 4)] = 3000
    return changed.astype(np.float32)


def _case(patient: SimulatedPatient, voxels: Floats, mask: NDArray[np.bool_]) -> Case:
    geometry = patient.image.geometry
    image = patient.image.with_voxels(np.round(voxels).astype(np.int16))
    return Case(
        case_id="P1",
        images={ImageSequence.CT_ARTERIAL: image},
        roi=Roi(labels=mask.astype(np.uint8), geometry=geometry, names=NAMES, source="ROI"),
        clinical=patient.truth.clinical,
    )


def _thick(patient: SimulatedPatient, voxels: Floats, mask: NDArray[np.bool_]) -> Case:
    """Three slices in one."""
    kept = voxels.shape[0] // 3 * 3
    old = patient.image.geometry
    geometry = replace(
        old,
        size_ijk=(*old.size_ijk[:2], kept // 3),
        spacing_mm=(*old.spacing_mm[:2], 3 * old.spacing_mm[2]),
        origin_lps=(*old.origin_lps[:2], old.origin_lps[2] + old.spacing_mm[2]),
    )
    blocks = [v[:kept].reshape(-1, 3, *v.shape[1:]).mean(axis=1) for v in (voxels, mask)]
    image = Volume(
        voxels=np.round(blocks[0]).astype(np.int16),
        geometry=geometry,
        source="image",
        acquisition=CT,
    )
    roi = Roi(
        labels=(blocks[1] >= 0.5).astype(np.uint8), geometry=geometry, names=NAMES, source="ROI"
    )
    return Case(case_id="P1", images={ImageSequence.CT_ARTERIAL: image}, roi=roi)


def _mr_as_ct(seed: int) -> Case:
    """The arterial phase of a simulated MR, said to be CT."""
    patient = simulate_mr_patient(MrSimulationSettings(), seed, 0)
    image = patient.images[ImageSequence.MR_ARTERIAL]
    return Case(
        case_id="P1",
        images={ImageSequence.CT_ARTERIAL: replace(image, acquisition=Acquisition())},
        roi=patient.sequence_rois.get(ImageSequence.MR_ARTERIAL, patient.roi),
    )


def _labelled(image: Path, labels: Path, label: int) -> Case:
    """One label of a label image as ROI, however large."""
    drawn = sitk.ReadImage(str(labels))
    mask = (sitk.GetArrayFromImage(drawn) == label).astype(np.uint8)
    roi = Roi(labels=mask, geometry=Geometry.of(drawn), names=NAMES, source="ROI")
    return Case(
        case_id="P1",
        images={ImageSequence.CT_ARTERIAL: Volume.of(sitk.ReadImage(str(image)))},
        roi=roi,
        roi_choice=RoiChoice(is_large_meant=True),
    )


def _balled(path: Path) -> Case:
    """A ball of 40 mm in the middle."""
    image = Volume.of(sitk.ReadImage(str(path)))
    mask = ball(image, (0.0, 0.0, 0.0), 20.0).astype(np.uint8)
    roi = Roi(labels=mask, geometry=image.geometry, names=NAMES, source="ROI")
    return Case(case_id="P1", images={ImageSequence.CT_ARTERIAL: image}, roi=roi)
