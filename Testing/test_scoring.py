"""Scoring a case with the shipped bundle: same answer twice, right refusals, honest warnings."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle import Bundle, load_bundle
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import read_record
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import to_record
from TACEResponseLib.scoring import score
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings

SHIPPED = "ct-radiomics-cnn-simulated"
SEQUENCE = ImageSequence.CT_ARTERIAL


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(SHIPPED)


@pytest.fixture(scope="module")
def case() -> Case:
    return simulate_patient(SimulationSettings(), 3, 1).to_case()


@pytest.fixture(scope="module")
def prediction(case: Case, bundle: Bundle) -> Prediction:
    return score(case, bundle)


def without_seconds(prediction: Prediction) -> dict[str, object]:
    return {k: v for k, v in to_record(prediction).items() if k != "seconds"}


def test_two_runs_give_the_same_record_to_the_last_digit(
    case: Case, prediction: Prediction
) -> None:
    again = score(case, load_bundle(SHIPPED))
    assert without_seconds(again) == without_seconds(prediction)
    first, second = (p.branches[0].saliency[SEQUENCE].volume.voxels for p in (prediction, again))
    assert np.array_equal(first, second)


def test_fused_terms_and_calibration_give_the_probability(
    bundle: Bundle, prediction: Prediction
) -> None:
    model = bundle.fusion.model
    logit = sum(term.contribution for term in prediction.fused.terms) + model.intercept
    expected = 1 / (1 + np.exp(-(model.calibration.slope * logit + model.calibration.intercept)))
    assert prediction.fused.probability == pytest.approx(float(expected), abs=1e-12)


def test_contributions_add_up_to_the_radiomics_logit(
    bundle: Bundle, prediction: Prediction
) -> None:
    branch = prediction.branches[1]
    assert branch.kind == "radiomics"
    intercept = bundle.branches[1].pipeline.named_steps["classify"].intercept_[0]
    total = sum(f.contribution for f in branch.features) + intercept
    assert total == pytest.approx(branch.logit, abs=1e-9)


def test_the_network_s_probability_is_the_mean_of_its_patches(prediction: Prediction) -> None:
    branch = prediction.network_branch
    assert branch is not None
    assert len(branch.patches) == 3
    assert branch.probability == pytest.approx(np.mean([p.probability for p in branch.patches]))


def test_saliency_lies_on_the_image_s_grid_near_the_lesion(
    case: Case, prediction: Prediction
) -> None:
    saliency = prediction.branches[0].saliency[SEQUENCE].volume
    assert saliency.geometry == case.images[SEQUENCE].geometry
    assert 0 <= saliency.voxels.min() < saliency.voxels.max() <= 1
    lit = np.argwhere(saliency.voxels > 0)
    lesion = np.argwhere(case.mask(SEQUENCE, 1))
    extent = np.ptp(lesion, axis=0) + 1
    # A patch reaches a tenth of the lesion's width beyond it; a voxel more for interpolation.
    assert (lit.min(axis=0) >= lesion.min(axis=0) - np.ceil(0.1 * extent) - 1).all()
    assert (lit.max(axis=0) <= lesion.max(axis=0) + np.ceil(0.1 * extent) + 1).all()


def test_every_result_of_the_simulated_bundle_says_so(prediction: Prediction) -> None:
    assert "simulated" in str(prediction.simulated_banner)
    assert "not for offering or withholding TACE" in prediction.sentence
    assert to_record(prediction)["simulated_model"] == prediction.simulated_banner


def test_the_record_names_what_went_in(prediction: Prediction) -> None:
    provenance = prediction.provenance
    assert len(provenance["images"]["ct_arterial"]["sha256"]) == 64
    assert provenance["versions"]["torch"].startswith("2.")
    names = [s["name"] for s in provenance["settings"]]
    assert names == ["cnn", "radiomics"]


def test_one_changed_voxel_changes_the_image_s_hash(case: Case, prediction: Prediction) -> None:
    from TACEResponseLib.result.provenance import case_hashes

    voxels = case.images[SEQUENCE].voxels.copy()
    voxels[0, 0, 0] += 1
    changed = Case(
        case_id=case.case_id,
        images={SEQUENCE: case.images[SEQUENCE].with_voxels(voxels)},
        roi=case.roi,
    )
    ours = prediction.provenance["images"]["ct_arterial"]["sha256"]
    assert case_hashes(changed)["images"]["ct_arterial"]["sha256"] != ours


def test_clinical_values_are_recorded_scored_and_said_to_be_unused(
    case: Case, bundle: Bundle
) -> None:
    record = read_record({"albumin_g_per_l": 40, "bilirubin_umol_per_l": 10})
    with_clinical = Case(case_id=case.case_id, images=case.images, roi=case.roi, clinical=record)
    prediction = score(with_clinical, bundle)
    assert prediction.clinical == {"albumin_g_per_l": 40.0, "bilirubin_umol_per_l": 10.0}
    # 0.66 log10(10) - 0.085 x 40 = -2.74, worked by hand.
    assert prediction.derived_scores["ALBI"]["value"] == pytest.approx(-2.74)
    assert prediction.derived_scores["ALBI"]["note"] == "predicts survival, not response"
    assert "clinical_unused" in [w.code for w in prediction.warnings]


@pytest.mark.parametrize("branch", [0, 1], ids=["network alone", "radiomics alone"])
def test_a_bundle_without_one_part_leaves_out_what_does_not_apply(
    branch: int, case: Case, bundle: Bundle
) -> None:
    from TACEResponseLib.bundle import model_card
    from TACEResponseLib.fusion.fusion import FusionSettings
    from TACEResponseLib.patient.record import ClinicalRecord
    from Testing.fusion.fixed_outputs import fit_fixed

    kept = bundle.branches[branch]
    labels = np.tile([0, 1], 30)
    logits = labels + np.random.default_rng(1).normal(size=60)
    fusion = fit_fixed(
        FusionSettings(n_bootstrap=40), {kept.name: logits}, [ClinicalRecord()] * 60, labels, 1
    )
    metadata = bundle.metadata.model_copy(
        update={
            "branches": (bundle.metadata.branches[branch],),
            "fusion": fusion.settings,
            "threshold": fusion.threshold,
            "threshold_set_on": fusion.threshold_set_on,
        }
    )
    part = Bundle(metadata=metadata, branches=(kept,), fusion=fusion, card=model_card(metadata))
    prediction = score(case, part)
    assert [b.name for b in prediction.branches] == [kept.name]
    codes = [w.code for w in prediction.warnings]
    assert ("no_saliency" in codes) == (kept.name == "radiomics")


def test_a_sequence_that_the_bundle_does_not_read_is_refused(case: Case, bundle: Bundle) -> None:
    image = case.images[SEQUENCE]
    other = Case(case_id="x", images={ImageSequence.CT_DELAYED: replace(image)}, roi=case.roi)
    with pytest.raises(InputError, match="needs ct_arterial, got ct_delayed"):
        score(other, bundle)
    later = replace(image, voxels=image.voxels[::-1].copy())
    both = Case(
        case_id="x", images={SEQUENCE: image, ImageSequence.CT_DELAYED: later}, roi=case.roi
    )
    with pytest.raises(InputError, match="trained on ct_arterial alone"):
        score(both, bundle)
