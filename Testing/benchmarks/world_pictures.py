"""Draw docs/world-2-slices.png, and docs/world-2-features.png where the real table is given.

    python Testing/benchmarks/world_pictures.py --table TABLE --half judging

Ten simulated patients are shown where their largest lesion is largest, in a soft-tissue window;
`--beside IMAGE` puts a slice of an image of your own after them, in another file. The features are
those that `world_against_real.py` has kept.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from world_against_real import JUDGING_SEED, TUNING_PATIENTS, features_by_patient, real_half

from TACEResponseLib.simulation.world2.patient import simulate_world2_patient
from TACEResponseLib.simulation.world2.settings import World2Settings

LEVEL_HU, WIDTH_HU = 60.0, 350.0
AIR_BELOW_HU = -400
GRAYS = 40
"""So that the noise does not fill the file."""
PICTURE_SEED, N_SLICES = 78, 10
SHOWN = {
    "original_shape_VoxelVolume": "volume, mm³",
    "original_shape_Sphericity": "sphericity",
    "original_firstorder_Median": "median, HU",
    "original_firstorder_InterquartileRange": "interquartile range, HU",
    "original_glcm_Correlation": "GLCM correlation",
    "original_glcm_Contrast": "GLCM contrast",
    "original_glrlm_RunPercentage": "GLRLM run percentage",
    "original_glszm_SmallAreaEmphasis": "GLSZM small area emphasis",
}


def simulated_slice(index: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """HU and lesions of the slice in which the largest lesion is largest."""
    patient = simulate_world2_patient(World2Settings(), PICTURE_SEED, index)
    k = int((patient.roi.labels == 1).sum(axis=(1, 2)).argmax())
    rows = np.flatnonzero((patient.image.voxels[k] > AIR_BELOW_HU).mean(axis=1) > 0.1)
    body = slice(max(rows[0] - 6, 0), rows[-1] + 7)
    return patient.image.voxels[k][body], patient.roi.labels[k][body] > 0


def grays(hu: NDArray[Any]) -> NDArray[np.float64]:
    """Window and level, in few steps."""
    share = np.clip((hu - LEVEL_HU) / WIDTH_HU + 0.5, 0, 1)
    return np.asarray(np.round(share * (GRAYS - 1)) / (GRAYS - 1))


def draw_slices(path: Path, slices: list[tuple[NDArray[Any], NDArray[Any]]]) -> None:
    """Five in a row, with thin borders of the lesions."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 1.5 * -(-len(slices) // 5)), facecolor="black")
    axes = np.atleast_1d(figure.subplots(-(-len(slices) // 5), 5)).ravel()
    for axis in axes:
        axis.axis("off")
    for axis, (hu, inside) in zip(axes, slices, strict=False):
        axis.imshow(grays(hu), cmap="gray", vmin=0, vmax=1, interpolation="antialiased")
        if inside.any():
            axis.contour(inside, [0.5], colors="#ffd23f", linewidths=0.5)
    figure.subplots_adjust(0.005, 0.005, 0.995, 0.995, 0.02, 0.02)
    _save_small(figure, path)


def _save_small(figure: Any, path: Path) -> None:
    """A PNG of few colors."""
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    figure.savefig(buffer, dpi=110, format="png")
    Image.open(buffer).convert("RGB").quantize(64, method=Image.Quantize.FASTOCTREE).save(
        path, optimize=True
    )


def draw_features(path: Path, table: Path, half: Any, patients: int, cache: Path) -> None:
    """Cumulative distributions of eight features, real and simulated."""
    from matplotlib.figure import Figure

    real = real_half(table, half)
    settings = World2Settings()
    made = features_by_patient(settings, patients, JUDGING_SEED, cache)
    simulated = pd.DataFrame([row for rows in made for row in rows])
    figure = Figure(figsize=(11, 5), layout="constrained")
    for axis, (name, words) in zip(figure.subplots(2, 4).ravel(), SHOWN.items(), strict=True):
        for rows, label, color in ((real, "real", "#1b6ca8"), (simulated, "simulated", "#d1495b")):
            axis.ecdf(rows[name].to_numpy(), label=label, color=color)
        low, high = np.quantile(real[name], (0.01, 0.99))
        axis.set(xlabel=words, xlim=(low, high), ylim=(0, 1))
        if name.endswith("Volume"):
            axis.set_xscale("log")
    figure.axes[0].legend(frameon=False)
    _save_small(figure, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, help="of the real features")
    parser.add_argument("--half", choices=("tuning", "judging"), default="judging")
    parser.add_argument("--patients", type=int, default=TUNING_PATIENTS)
    parser.add_argument("--cache", type=Path, default=Path("build/world_against_real"))
    parser.add_argument("--beside", type=Path, help="an image to put after the simulated ones")
    parser.add_argument("--output", type=Path, default=Path("docs"), help="folder")
    options = parser.parse_args()
    if options.table:
        path = options.output / "world-2-features.png"
        draw_features(path, options.table, options.half, options.patients, options.cache)
        return
    slices = [simulated_slice(index) for index in range(N_SLICES)]
    draw_slices(options.output / "world-2-slices.png", slices)
    if options.beside:
        import SimpleITK as sitk

        image = sitk.GetArrayFromImage(sitk.DICOMOrient(sitk.ReadImage(options.beside), "LPS"))
        middle = image[len(image) // 2]
        slices.append((middle, np.zeros(middle.shape, dtype=bool)))
        draw_slices(options.output / "beside.png", slices)


if __name__ == "__main__":
    main()
