"""A cohort that was read twice, from its table to the study; and the drift of its inputs."""

import math
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import silent
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle.reading import read_fusion, read_metadata
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.validation.study.cohort_study import score_study
from TACEResponseLib.validation.study.drift import drift
from TACEResponseLib.validation.study.second_roi import by_second_reader, second_readings
from TACEResponseLib.validation.study.study import FeatureDrift, Study
from TACEResponseLib.validation.topics.drift.drift_tables import drift_sections, drift_table

BUNDLE = "ct-volume-clinical"
N, TWICE = 12, 8
VOLUMES_ML = [1.0, *(10.0 * (i + 1) for i in range(N - 1))]
HEAD = (
    "case_id,role,response,multinodular,portal_vein_invasion,child_pugh_class,afp_ng_per_ml,"
    "original_shape_VoxelVolume,reader2:original_shape_VoxelVolume"
)


def line(i: int, *, twice: int = TWICE) -> str:
    """One patient; the second reader draws twice the volume."""
    volume = 1000 * VOLUMES_ML[i]
    cells = [
        f"C{i}",
        "external_test",
        "CR" if i % 2 else "PD",
        "yes" if i % 2 else "no",
        "no",
        "A",
        "100" if i < TWICE else "",
        str(volume),
        str(2 * volume) if i < twice else "",
    ]
    return ",".join(cells)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    path = tmp_path_factory.mktemp("cohort") / "cohort.csv"
    path.write_text("\n".join([HEAD, *(line(i) for i in range(N))]) + "\n", encoding="utf-8")
    return score_study([BUNDLE], path, role=None, device="cpu", jobs=1, progress=silent)[0]


@pytest.fixture(scope="module")
def by_name(study: Study) -> dict[str, FeatureDrift]:
    return {d.feature: d for d in study.drift}


def test_both_readers_are_scored_by_the_model(study: Study) -> None:
    readings = study.second_readings
    assert readings is not None
    assert readings.rows.tolist() == list(range(TWICE))
    first, second = readings.probabilities.T
    assert first.tolist() == study.models[0].probabilities[:TWICE].tolist()
    # A larger tumor responds less, by this formula; below the smallest that trained it, none does.
    assert second[0] == first[0]
    assert (second[1:] < first[1:]).all()
    assert readings.failures == ()
    assert "roi_read_once" not in {w.code for w in study.warnings}


def test_the_numbers_of_both_rois_are_those_of_the_table(study: Study) -> None:
    assert study.second_readings is not None
    feature = study.second_readings.features[0]
    assert (feature.branch, feature.name) == ("clinical", "log_volume_ml")
    expected = np.log10(np.outer(VOLUMES_ML[:TWICE], [1, 2]))
    assert feature.ratings == pytest.approx(expected)
    assert (feature.form, feature.minimum) == ("ICC(2,1)", None)
    assert feature.training_sd == pytest.approx(0.703101, abs=1e-6)


def test_too_few_read_twice_are_told_and_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    rows = [line(i, twice=4) for i in range(N)]
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    study = score_study([BUNDLE], path, role=None, device="cpu", jobs=1, progress=silent)[0]
    assert study.second_readings is None
    text = [w.message for w in study.warnings if w.code == "roi_read_once"]
    assert text == [
        "How far the result depends on who draws the ROI: fewer than 5 patients have a "
        "usable second ROI (column roi_reader2)."
    ]


def test_a_model_that_looks_at_no_roi_is_not_asked_again() -> None:
    metadata = read_metadata(BUNDLE)
    part = metadata.branches[0]
    settings = part.settings.model_copy(update={"measures": (), "sequences": ()})
    blind = metadata.model_copy(
        update={"branches": (part.model_copy(update={"settings": settings}),)}
    )
    patients = [a_patient(roi_reader2=Path("second.nii.gz"))] * 6
    readings = second_readings(BUNDLE, blind, patients, [], device="cpu", jobs=1, progress=silent)
    assert readings is None


def a_patient(**changes: object) -> CohortPatient:
    content: dict[str, object] = {
        "row": 2,
        "case_id": "A",
        "role": None,
        "clinical": ClinicalRecord(),
        "response": "CR",
        "images": {ImageSequence.CT_ARTERIAL: Path("ct.nii.gz")},
        "roi": Path("first.nii.gz"),
        "sequence_rois": {ImageSequence.CT_ARTERIAL: Path("first_ct.nii.gz")},
    }
    return CohortPatient(**(content | changes))  # type: ignore[arg-type]


def test_the_second_roi_stands_for_those_of_all_sequences() -> None:
    assert by_second_reader(a_patient()) is None
    read_again = by_second_reader(a_patient(roi_reader2=Path("second.nii.gz")))
    assert read_again is not None
    assert (read_again.roi, dict(read_again.sequence_rois)) == (Path("second.nii.gz"), {})


def test_a_drift_of_clinical_variables_is_worked_by_hand(by_name: dict[str, FeatureDrift]) -> None:
    # The bundle's training: log10 AFP 1.94922 +- 1.36884, Child-Pugh B or C in 17.582 %, several
    # nodules in 48.352 %.
    afp = by_name["clinical: afp_ng_per_ml"]
    assert afp.mean_z == pytest.approx((2 - 1.9492204) / 1.3688441, abs=1e-6)
    assert (afp.sd_z, afp.share_outside, afp.n) == (0, 0, TWICE)
    assert afp.share_missing == pytest.approx(1 - TWICE / N)
    child = by_name["clinical: child_pugh_class"]
    assert child.mean_z == pytest.approx(-0.17582418 / 0.38067051, abs=1e-6)
    several = by_name["clinical: multinodular"]
    assert several.mean_z == pytest.approx((0.5 - 0.48351648) / 0.49972822, abs=1e-6)
    assert several.sd_z == pytest.approx((3 / 11) ** 0.5 / 0.49972822, abs=1e-6)
    assert several.share_missing == 0


def test_sizes_of_a_table_drift_too(by_name: dict[str, FeatureDrift]) -> None:
    volume = by_name["clinical: log_volume_ml"]
    # 1 mL lies below the smallest tumor of training, 2.6 mL.
    assert volume.share_outside == pytest.approx(1 / N)
    z = (np.log10(VOLUMES_ML) - 1.8712774) / 0.7031005
    assert (volume.mean_z, volume.sd_z) == pytest.approx((z.mean(), z.std(ddof=1)), abs=1e-6)
    assert volume.share_missing is None


def test_a_variable_that_nobody_has_is_told_as_missing() -> None:
    metadata, fusion = read_metadata(BUNDLE), read_fusion(BUNDLE)
    drifts = {d.feature: d for d in drift(metadata, fusion, [], [ClinicalRecord()] * 3)}
    assert set(drifts) == {f"clinical: {v.name}" for v in metadata.clinical_inputs}
    afp = drifts["clinical: afp_ng_per_ml"]
    assert (afp.n, afp.share_missing, math.isnan(afp.mean_z)) == (0, 1, True)


def test_the_variables_of_the_fusion_are_told_under_its_name(study: Study) -> None:
    metadata, fusion = read_metadata(BUNDLE), read_fusion(BUNDLE)
    part = metadata.branches[0]
    variable, column = part.settings.variables[3], part.state.columns[4]
    settings = fusion.settings.model_copy(update={"clinical": (variable,)})
    fused = fusion.model_copy(update={"settings": settings, "clinical": (column,)})
    drifts = [d.feature for d in drift(metadata, fused, [], study.clinical)]
    # Read twice in the same form, told once.
    assert drifts[0] == "fusion: afp_ng_per_ml"
    assert "clinical: afp_ng_per_ml" not in drifts


def test_the_tables_keep_rois_and_records_apart(study: Study) -> None:
    measured, recorded = drift_sections(study)
    assert [row[1] for row in measured.rows] == ["clinical: log_volume_ml"]
    assert recorded.columns[-1] == "missing, %"
    missing = {row[1]: row[-1] for row in recorded.rows}
    assert missing["clinical: afp_ng_per_ml"] == "33.3"
    assert "training" in recorded.note.lower()
    assert len(drift_table(study).rows) == len(study.drift) == 5


def test_a_bundle_that_is_not_there_has_no_fusion() -> None:
    with pytest.raises(InputError, match="no-such-bundle"):
        read_fusion("no-such-bundle")
