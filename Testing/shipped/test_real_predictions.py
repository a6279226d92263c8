"""Out-of-fold predictions of the real patients, as the report reads them."""

import csv
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.hcc_tace_seg.importing import ImportRequest, import_hcc_tace_seg
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.shipped.real_predictions import out_of_fold, write_tables


@pytest.fixture(scope="module")
def patients(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[CohortPatient, ...]:
    source, folder = shared_data / "hcc_tace_seg", tmp_path_factory.mktemp("real") / "cohort"
    import_hcc_tace_seg(
        ImportRequest(
            table=source / "clinical.xlsx",
            output=folder,
            features=source / "tumour_features.csv",
        )
    )
    return usable_cohort(folder / "cohort.csv")


@pytest.fixture(scope="module")
def settings() -> ClinicalSettings:
    (branches,) = read_recipe(find_recipe("ct-volume-clinical")).branches
    assert isinstance(branches, ClinicalSettings)
    return branches


def test_the_tables_hold_whom_all_readers_have_read(
    patients: tuple[CohortPatient, ...], settings: ClinicalSettings, tmp_path: Path
) -> None:
    write_tables(settings, patients, tmp_path / "tables", repeats=2)
    with (tmp_path / "tables" / "predictions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 91
    assert sum(int(row["outcome"]) for row in rows) == 59
    volume = [float(row["log volume alone#1"]) for row in rows]
    # Published by others for the same table: .62 over 20 repeats.
    assert auc([int(row["outcome"]) for row in rows], volume).value == pytest.approx(0.62, abs=0.06)
    with (tmp_path / "tables" / "readers.csv").open(encoding="utf-8") as file:
        assert list(next(csv.DictReader(file))) == ["case_id", "reader1", "reader2", "reader3"]


def test_an_outcome_that_is_noise_is_not_predicted(
    patients: tuple[CohortPatient, ...], settings: ClinicalSettings
) -> None:
    known = [patient for patient in patients if patient.features]
    areas = []
    for seed in range(12):
        labels = np.random.default_rng(seed).permutation(np.arange(len(known)) % 2)
        areas.append(auc(labels, out_of_fold(settings, known, labels, seed)).value)
    # Out-of-fold scores of noise lie below .5 on the whole, never above it by much.
    assert 0.35 < np.mean(areas) < 0.55


def test_patients_without_features_are_refused(
    patients: tuple[CohortPatient, ...], settings: ClinicalSettings, tmp_path: Path
) -> None:
    bare = [patient for patient in patients if not patient.features]
    with pytest.raises(InputError, match="must hold patients with a response and shape features"):
        write_tables(settings, bare, tmp_path / "tables", repeats=1)
    assert not (tmp_path / "tables").exists()
