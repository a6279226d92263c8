"""A bundle of four response classes, trained in seconds on patients whose tumor tells its class."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
import yaml
from numpy.typing import NDArray

from TACEResponseLib.commands.cli import main
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN

CLASSES = ("CR", "PR", "SD", "PD")
LEVEL_HU = dict(zip(CLASSES, (220.0, 150.0, 80.0, 10.0), strict=True))
# Neighboring classes overlap, so that no model is perfect.
SPREAD_HU = 20.0
RECIPE = {
    "name": "brightness",
    "title": "Four levels of brightness",
    "citation": "Doe J. A paper. 2021. doi:10.1000/1",
    "modality": "CT",
    "sequences": ["ct_arterial"],
    "endpoint": "four_class",
    "positive_class": "CR or PR",
    "criterion": "mRECIST",
    "readout": "day 30",
    "treatment": "cTACE",
    "population": "made by a test",
    "intended_use": "tests",
    "folds": 2,
    "branches": [
        {
            "kind": "image_network",
            "name": "net",
            "sequences": ["ct_arterial"],
            "patch": {
                "shape": "tight_box",
                "size_px": 16,
                "slices": "largest",
                "channels": 1,
                "channel_content": "repeat",
            },
            "network": SMALL_CNN,
            "arguments": {"in_channels": 1, "n_classes": 4, "widths": [8]},
            "target_layer": "features",
            "classes": list(CLASSES),
            "positive": [0, 1],
            "fitting": {"epochs": 12, "batch_size": 8, "learning_rate": 0.05, "start": "random"},
        }
    ],
    "fusion": {"calibration": "platt", "n_bootstrap": 40, "folds": 2},
}


def write_patients(folder: Path, role: str, responses: list[str], seed: int) -> Path:
    """A cohort of small CTs; a patient who is only said to respond looks like CR.

    Args:
        folder: made by this call.
        role: of all patients.
        responses: of each.
        seed: of brightness and noise.
    """
    folder.mkdir()
    rng = np.random.default_rng(seed)
    rows = []
    for number, response in enumerate(responses):
        case_id = f"{role[0]}{number:02d}"
        labels = np.zeros((5, 24, 24), dtype=np.uint8)
        # No two patients have one mask, nor do those who train and those who test.
        row, column, size = 3 + number % 6, 3 + number // 6 % 6, 12 - (role != "training")
        labels[1:4, row : row + size, column : column + size] = 1
        level = rng.normal(LEVEL_HU.get(response, LEVEL_HU["CR"]), SPREAD_HU)
        body = np.full(labels.shape, -1000.0)
        body[:, 3:21, 3:21] = 60.0
        hu = np.where(labels > 0, level, body) + rng.normal(0, 5, labels.shape)
        files: dict[str, NDArray[Any]] = {"ct_arterial": hu.astype(np.int16), "roi": labels}
        for name, voxels in files.items():
            image = sitk.GetImageFromArray(voxels)
            image.SetSpacing((2.0, 2.0, 4.0))
            sitk.WriteImage(image, str(folder / f"{case_id}_{name}.nrrd"))
        rows.append(
            {
                "case_id": case_id,
                "role": role,
                "response": response,
                **{name: f"{case_id}_{name}.nrrd" for name in files},
            }
        )
    path = folder / "cohort.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def train_bundle(folder: Path) -> Path:
    """Train on 24 patients, six of each class."""
    cohort = write_patients(folder / "training", "training", list(CLASSES) * 6, 1)
    recipe = folder / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(RECIPE), encoding="utf-8")
    bundle = folder / "brightness"
    words = ["train", "--recipe", str(recipe), "--cohort", str(cohort), "--device", "cpu"]
    assert (
        main([*words, "--jobs", "1", "--cache", str(folder / "cache"), "--output", str(bundle)])
        == 0
    )
    return bundle
