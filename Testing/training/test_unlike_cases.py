"""From training to a bundle that knows its patients, and what it says of a case that is none."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle import Bundle, load_bundle, save_bundle
from TACEResponseLib.bundle.integrity import write_sums
from TACEResponseLib.bundle.layout import LIKENESS
from TACEResponseLib.bundle.likeness_words import UNLIKE_CALL, UNLIKE_SENTENCE
from TACEResponseLib.evidence.kinds import branch_recipe
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import record_json
from TACEResponseLib.result.record_reading import prediction_from_record
from TACEResponseLib.scene.tables import radiomics as radiomics_table
from TACEResponseLib.scoring import score
from TACEResponseLib.training.assembly import BundleIdentity, assemble
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.train import train

N, SEED = 120, 51_001
BRANCHES = ("size", "texture")
pytestmark = pytest.mark.usefixtures("in_process")


@pytest.fixture(scope="module")
def case(ball_case: Case) -> Case:
    """The ball alone, without its satellite."""
    roi = replace(ball_case.roi, labels=(ball_case.roi.labels == 1).astype(np.uint8))
    return Case(case_id="P001", images=ball_case.images, roi=roi)


@pytest.fixture
def bundle(make_recipe: Callable[..., Recipe], case: Case, tmp_path: Path) -> Bundle:
    """Trained on patients whose features are those of the ball, give or take a fifth."""
    recipe = make_recipe(candidates=[])
    rng = np.random.default_rng(SEED)
    labels = np.arange(N) % 2
    by_branch = {}
    for settings in recipe.branches:
        middle = branch_recipe(settings).prepare(case)
        by_branch[settings.name] = [
            {name: value * (1 + 0.2 * rng.normal() + 0.05 * y) for name, value in middle.items()}
            for y in labels
        ]
    cohort = PreparedCohort(
        case_ids=tuple(f"P{number:03d}" for number in range(N)),
        labels=labels,
        clinical=(ClinicalRecord(),) * N,
        by_branch=by_branch,
    )
    made = assemble(
        recipe,
        BundleIdentity(
            bundle_id="ball",
            title="Balls",
            authors="A test",
            copyright="A test",
            license="Apache-2.0",
            simulated=True,
            sources={},
            failure_modes=(),
        ),
        train(recipe, cohort, seed=SEED),
        {CohortRole.TRAINING: cohort},
        SEED,
    )
    save_bundle(made, tmp_path / "ball")
    return load_bundle(tmp_path / "ball")


def brighter(case: Case, hu: int) -> Case:
    """The same patient, the tumor so much brighter."""
    assert case.roi is not None
    added = np.int16(hu) * (case.roi.labels > 0)
    images = {s: v.with_voxels(v.voxels + added) for s, v in case.images.items()}
    return Case(case_id=case.case_id, images=images, roi=case.roi)


def codes(prediction: Prediction) -> list[str]:
    return [warning.code for warning in prediction.warnings]


def test_a_case_like_the_patients_gets_a_number_and_one_unlike_them_none(
    bundle: Bundle, case: Case
) -> None:
    like, unlike = score(case, bundle), score(brighter(case, 300), bundle)
    assert like.likeness is not None
    assert like.likeness.word == "like"
    assert "unlike_case" not in codes(like)
    assert "Estimated probability" in like.sentence
    assert unlike.likeness is not None
    assert unlike.likeness.is_unlike
    assert unlike.likeness.p == 1 / (N + 1)
    assert unlike.fused.call == "no call"
    assert unlike.call_sentence == UNLIKE_CALL
    assert unlike.sentence.startswith(UNLIKE_SENTENCE)
    assert "%" not in unlike.sentence


def test_the_first_warning_names_what_lies_furthest_out_with_both_numbers(
    bundle: Bundle, case: Case
) -> None:
    prediction = score(brighter(case, 300), bundle)
    first = prediction.warnings[0]
    (mean,) = (f for f in prediction.branches[1].features if f.name.endswith("firstorder_Mean"))
    state = bundle.branches[1].state
    place = state.feature_names.index(mean.name)
    low, high = state.minimum[place], state.maximum[place]
    assert first.code == "unlike_case"
    assert f"mean (intensity) {mean.value:.4g} (training patients {low:.4g} to {high:.4g})" in (
        first.message
    )


def test_what_lies_beyond_the_training_range_enters_as_its_end(bundle: Bundle, case: Case) -> None:
    far, further = score(brighter(case, 300), bundle), score(brighter(case, 500), bundle)
    names = [f.name for f in far.branches[1].features]
    place = names.index("original_firstorder_Mean")
    one, other = (p.branches[1].features[place] for p in (far, further))
    assert one.value < other.value
    assert one.used == other.used == bundle.branches[1].state.maximum[place]
    assert one.contribution == other.contribution
    table = radiomics_table(far)
    rows = dict(
        zip(table["Feature"], zip(table["Value"], table["Entered as"], strict=True), strict=True)
    )
    assert rows["original_firstorder_Mean"] == (one.value, one.used)
    assert all(f.used is None for f in score(case, bundle).branches[1].features)


def test_the_number_stays_in_the_record_which_comes_back(bundle: Bundle, case: Case) -> None:
    prediction = score(brighter(case, 300), bundle)
    record = json.loads(record_json(prediction))
    assert record["probability"] == prediction.fused.probability
    assert record["likeness"]["word"] == "unlike"
    again = prediction_from_record(record, {})
    assert again.likeness == prediction.likeness
    assert again.fused.is_unlike
    assert again.fused.call == "no call"


def test_a_record_of_before_says_nothing_of_likeness(bundle: Bundle, case: Case) -> None:
    record = json.loads(record_json(score(case, bundle)))
    del record["likeness"]
    for branch in record["branches"]:
        for feature in branch["radiomics"]:
            del feature["used"]
    assert prediction_from_record(record, {}).likeness is None


def test_evidence_that_disagrees_is_said(bundle: Bundle, case: Case) -> None:
    assert bundle.likeness is not None
    agrees = replace(bundle.likeness, disagreement=1e9)
    opposed = {
        name: replace(branch, logit_mean=1e3 * (-1) ** k)
        for k, (name, branch) in enumerate(bundle.likeness.branches.items())
    }
    disagrees = replace(bundle.likeness, branches=opposed, disagreement=1.0)
    assert "evidence_disagrees" not in codes(score(case, replace(bundle, likeness=agrees)))
    prediction = score(case, replace(bundle, likeness=disagrees))
    (said,) = (w.message for w in prediction.warnings if w.code == "evidence_disagrees")
    assert "size" in said
    assert f"{prediction.branches[1].probability:.2f}" in said


def test_the_card_tells_the_rule(bundle: Bundle) -> None:
    assert f"compared with the {N} training patients" in bundle.card


@pytest.mark.parametrize("harm", ["absent", "of another bundle"])
@pytest.mark.usefixtures("bundle")
def test_a_bundle_without_its_likeness_is_refused(tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "ball"
    if harm == "absent":
        (folder / LIKENESS).unlink()
    else:
        text = (folder / "configs" / "metadata.json").read_text(encoding="utf-8")
        changed = text.replace(f'"likeness": {{\n      "n": {N}', '"likeness": {\n      "n": 7')
        assert changed != text
        (folder / "configs" / "metadata.json").write_text(changed, encoding="utf-8")
    write_sums(folder)
    with pytest.raises(InputError, match=r"must hold the parts|must be of as many patients"):
        load_bundle(folder)


def test_bundles_of_before_score_without_a_verdict(case: Case) -> None:
    shipped = load_bundle("ct-radiomics-cnn-simulated")
    assert shipped.likeness is None
    prediction = score(case, shipped)
    assert prediction.likeness is None
    assert all(f.used is None for branch in prediction.branches for f in branch.features)
