"""How near the second simulated world comes to real lesions, feature by feature.

    python Testing/benchmarks/world_against_real.py TABLE --half tuning --patients 114

TABLE is `features_arterial.csv` of the WAW-TACE features (CC BY 4.0; 371 lesions, 228 patients).
Its 107 features are taken again from simulated patients with its settings (original image, bin
width 25, 1.075 mm in the slice, the slices as they are, force2D, voxel shift 8192), and compared by
the Kolmogorov-Smirnov distance. Half of the table's patients are for tuning; the others only
judge. Features are kept as they are made, so that a run that was stopped goes on.
"""

import argparse
import hashlib
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from TACEResponseLib.imaging.volume import Mask, Volume
from TACEResponseLib.simulation.world2.patient import lesion_windows, simulate_world2_patient
from TACEResponseLib.simulation.world2.settings import World2Settings

SPLIT_SEED, TUNING_PATIENTS = 20261, 114
TUNING_SEED, JUDGING_SEED = 501, 9501
"""Of the simulated patients; the second is used once."""
IN_PLANE_MM = 1.075
FEWEST_VOXELS = 21
Half = Literal["tuning", "judging"]


def real_half(table: Path, half: Half) -> pd.DataFrame:
    """The features of one half of the real patients."""
    rows = pd.read_csv(table)
    patients = np.random.default_rng(SPLIT_SEED).permutation(np.sort(rows["identifier"].unique()))
    chosen = patients[:TUNING_PATIENTS] if half == "tuning" else patients[TUNING_PATIENTS:]
    features = [name for name in rows.columns if name.startswith("original_")]
    return rows.loc[rows["identifier"].isin(chosen), features]


def simulated_lesions(
    settings: World2Settings, seed: int, index: int, *, whole: bool
) -> Iterator[tuple[Volume, Mask]]:
    """Image and mask of each lesion of a patient, from the whole image or from a box."""
    if not whole:
        yield from lesion_windows(settings, seed, index)
        return
    patient = simulate_world2_patient(settings, seed, index)
    for label in np.unique(patient.roi.labels[patient.roi.labels > 0]):
        yield patient.image, patient.roi.labels == label


def table_features(volume: Volume, mask: Mask) -> dict[str, float]:
    """The 107 features with the settings of the real table."""
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    extractor = RadiomicsFeatureExtractor(
        binWidth=25,
        resampledPixelSpacing=[IN_PLANE_MM, IN_PLANE_MM, 0],
        force2D=True,
        force2Ddimension=0,
        voxelArrayShift=8192,
        additionalInfo=False,
    )
    image, label = volume.to_sitk(), volume.with_voxels(mask.astype(np.uint8)).to_sitk()
    return {name: float(value) for name, value in extractor.execute(image, label).items()}


def features_by_patient(
    settings: World2Settings, patients: int, seed: int, cache: Path, *, whole: bool = False
) -> list[list[dict[str, float]]]:
    """Features of each lesion of each patient, the largest first; those kept are not made again."""
    words = f"{settings.model_dump_json()} {seed} {whole}"
    folder = cache / hashlib.sha256(words.encode()).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for index in range(patients):
        kept = folder / f"{index}.json"
        if not kept.exists():
            lesions = simulated_lesions(settings, seed, index, whole=whole)
            rows = [
                table_features(volume, mask)
                for volume, mask in lesions
                if mask.sum() >= FEWEST_VOXELS
            ]
            kept.write_text(json.dumps(rows))
        made.append(json.loads(kept.read_text()))
    return made


def distances(real: pd.DataFrame, simulated: pd.DataFrame) -> pd.DataFrame:
    """Kolmogorov-Smirnov distance and three quantiles of both, by feature, the worst first."""
    from scipy.stats import ks_2samp

    rows = {}
    for name in real.columns:
        a, b = real[name].to_numpy(), simulated[name].to_numpy()
        quantiles = [*np.quantile(a, (0.1, 0.5, 0.9)), *np.quantile(b, (0.1, 0.5, 0.9))]
        rows[name.removeprefix("original_")] = [ks_2samp(a, b).statistic, *quantiles]
    columns = ["ks", "real_10", "real_50", "real_90", "sim_10", "sim_50", "sim_90"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.sort_values("ks", ascending=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--half", choices=("tuning", "judging"), default="tuning")
    parser.add_argument("--patients", type=int, default=TUNING_PATIENTS)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--whole", action="store_true", help="whole images, not boxes")
    parser.add_argument("--settings", type=Path, help="JSON of settings to try")
    parser.add_argument("--cache", type=Path, default=Path("build/world_against_real"))
    parser.add_argument("--output", type=Path, help="CSV of the distances")
    options = parser.parse_args()
    logging.getLogger("radiomics").setLevel(logging.ERROR)
    tried = json.loads(options.settings.read_text()) if options.settings else {}
    seed = options.seed or (TUNING_SEED if options.half == "tuning" else JUDGING_SEED)
    made = features_by_patient(
        World2Settings(**tried), options.patients, seed, options.cache, whole=options.whole
    )
    simulated = pd.DataFrame([row for rows in made for row in rows])
    result = distances(real_half(options.table, options.half), simulated)
    sys.stdout.write(result.to_string(float_format="%.4g") + "\n")
    sys.stdout.write(
        f"{len(simulated)} simulated lesions; KS median {result['ks'].median():.3f}, "
        f"largest {result['ks'].max():.3f}, above .5 in {(result['ks'] > 0.5).mean():.0%}\n"
    )
    if options.output:
        result.to_csv(options.output, index_label="feature", float_format="%.4g")


if __name__ == "__main__":
    main()
