"""The clinical branch: ridge logistic regression whose every term is exact."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.clinical.branch import (
    ClinicalBranch,
    ClinicalRecipe,
)
from TACEResponseLib.evidence.clinical.part import ClinicalPart
from TACEResponseLib.evidence.clinical.preparation import PreparedClinical
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.columns import ClinicalInput
from TACEResponseLib.patient.record import ClinicalRecord

SETTINGS = ClinicalSettings(
    sequences=(ImageSequence.CT_ARTERIAL,),
    measures=("log_volume_ml",),
    variables=(
        ClinicalInput(name="cirrhosis", transform="yes_no"),
        ClinicalInput(name="afp_ng_per_ml", transform="log10", required=False),
    ),
    inverse_regularization=0.3,
)


def patients(n: int = 60) -> tuple[list[PreparedClinical], np.ndarray]:
    """Big tumors respond less; AFP says nothing and is missing in every fifth."""
    rng = np.random.default_rng(4)
    volume = rng.normal(2, 0.7, n)
    labels = (rng.random(n) < 1 / (1 + np.exp(2 * (volume - 2)))).astype(np.int64)
    cases = []
    for number in range(n):
        clinical: dict[str, float | int | str | bool] = {"cirrhosis": bool(rng.random() < 0.5)}
        if number % 5:
            clinical["afp_ng_per_ml"] = float(10 ** rng.normal(2, 1))
        cases.append(
            PreparedClinical(clinical=clinical, measures={"log_volume_ml": float(volume[number])})
        )
    return cases, labels


@pytest.fixture(scope="module")
def fitted() -> ClinicalBranch:
    return ClinicalRecipe(SETTINGS).fit(*patients(), seed=1)


def columns(branch: ClinicalBranch, rows: Sequence[PreparedClinical]) -> np.ndarray:
    """Z-scores (n, 3) made by hand from what the state says."""
    values = np.array(
        [
            [
                p["measures"]["log_volume_ml"],
                float(p["clinical"]["cirrhosis"]),
                np.log10(float(p["clinical"]["afp_ng_per_ml"]))
                if "afp_ng_per_ml" in p["clinical"]
                else branch.state.columns[2].filled_in,
            ]
            for p in rows
        ]
    )
    state = branch.state.columns
    return (values - [c.mean for c in state]) / [c.sd for c in state]


def test_the_fit_is_where_the_penalized_likelihood_is_flat(fitted: ClinicalBranch) -> None:
    rows, labels = patients()
    z_scores = columns(fitted, rows)
    w = np.array(fitted.state.coefficients)
    p = 1 / (1 + np.exp(-(z_scores @ w + fitted.state.intercept)))
    # Derivative of |w|^2 / 2 + C x loss, worked by hand; the intercept bears no penalty.
    assert w == pytest.approx(0.3 * z_scores.T @ (labels - p), abs=1e-4)
    assert (labels - p).sum() == pytest.approx(0, abs=1e-3)
    assert w[0] < -0.3


def test_columns_are_scaled_and_gaps_filled_by_the_training_patients(
    fitted: ClinicalBranch,
) -> None:
    rows, _ = patients()
    z_scores = columns(fitted, rows)
    assert z_scores.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert z_scores.std(axis=0) == pytest.approx(1)
    known = [
        np.log10(float(p["clinical"]["afp_ng_per_ml"]))
        for p in rows
        if "afp_ng_per_ml" in p["clinical"]
    ]
    assert fitted.state.columns[2].filled_in == pytest.approx(float(np.median(known)))


def test_other_patients_change_nothing_of_what_is_filled_in(fitted: ClinicalBranch) -> None:
    rows, _ = patients()
    alone = fitted.logits(rows[:1])
    assert fitted.logits(rows)[0] == alone[0]


def test_the_order_of_patients_changes_nothing(fitted: ClinicalBranch) -> None:
    rows, labels = patients()
    again = ClinicalRecipe(SETTINGS).fit(rows[::-1], labels[::-1], seed=2)
    assert again.logits(rows) == pytest.approx(fitted.logits(rows), abs=1e-6)


def case_with(case: Case, **values: float | bool) -> Case:
    return replace(case, clinical=ClinicalRecord(values=values))


def test_terms_and_intercept_add_up_to_the_logit(fitted: ClinicalBranch, ball_case: Case) -> None:
    result = fitted.predict(case_with(ball_case, cirrhosis=True, afp_ng_per_ml=100.0))
    terms = [feature.contribution for feature in result.features]
    assert None not in terms
    assert sum(t for t in terms if t) + fitted.state.intercept == pytest.approx(result.logit)
    assert [f.name for f in result.features] == list(SETTINGS.column_names)
    assert result.features[2].value == pytest.approx(2.0)
    assert result.lesions == (1, 2)
    assert not result.saliency


def test_predicting_a_case_is_asking_for_its_prepared_form(
    fitted: ClinicalBranch, ball_case: Case
) -> None:
    case = case_with(ball_case, cirrhosis=False)
    prepared = ClinicalRecipe(SETTINGS).prepare(case)
    assert fitted.predict(case).logit == pytest.approx(fitted.logits([prepared])[0])


def test_what_is_outside_training_or_missing_is_told(
    fitted: ClinicalBranch, ball_case: Case
) -> None:
    result = fitted.predict(case_with(ball_case, cirrhosis=False))
    codes = {warning.code: warning.message for warning in result.warnings}
    # About 7 mL of ball, and 1 mL: small against 100 mL in the mean.
    assert "clinical_imputed" in codes
    huge = fitted.predict(case_with(ball_case, cirrhosis=False, afp_ng_per_ml=1e7))
    assert "clinical_outside_training_range" in {w.code for w in huge.warnings}
    narrow = fitted.state.columns[0].model_copy(update={"maximum": 0.2, "mean": 0.1, "minimum": 0})
    state = fitted.state.model_copy(update={"columns": (narrow, *fitted.state.columns[1:])})
    prediction = ClinicalBranch(SETTINGS, state).predict(case_with(ball_case, cirrhosis=False))
    assert (
        "log_volume_ml"
        in {w.code: w.message for w in prediction.warnings}["feature_outside_training_range"]
    )


def test_every_missing_required_variable_is_named(ball_case: Case) -> None:
    needs = SETTINGS.model_copy(
        update={
            "variables": (
                ClinicalInput(name="cirrhosis", transform="yes_no"),
                ClinicalInput(name="age_years"),
            )
        }
    )
    rows, labels = patients()
    for row in rows:
        row["clinical"]["age_years"] = 60.0
    branch = ClinicalRecipe(needs).fit(rows, labels, seed=1)
    with pytest.raises(InputError, match="needs cirrhosis and age_years"):
        branch.predict(ball_case)


def test_a_table_gives_what_a_case_gives(ball_case: Case) -> None:
    case = case_with(ball_case, cirrhosis=True)
    recipe = ClinicalRecipe(SETTINGS)
    prepared = recipe.prepare(case)
    volume = 1000 * 10 ** prepared["measures"]["log_volume_ml"]
    features = {"original_shape_VoxelVolume": volume}
    given = recipe.from_features(case.clinical, features)
    assert given is not None
    assert given["clinical"] == prepared["clinical"]
    assert given["measures"] == pytest.approx(prepared["measures"])
    assert recipe.from_features(case.clinical, {}) is None


def test_variables_alone_need_no_image_and_no_roi() -> None:
    settings = ClinicalSettings(variables=SETTINGS.variables)
    assert not settings.needs_roi
    record = ClinicalRecord(values={"cirrhosis": True})
    prepared = ClinicalRecipe(settings).from_features(record, {})
    assert prepared == {"clinical": {"cirrhosis": True}, "measures": {}}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"measures": ["log_volume_ml"]},
        {"sequences": ["ct_arterial"], "variables": [{"name": "x"}]},
        {"variables": [{"name": "x"}, {"name": "x"}]},
    ],
    ids=["nothing", "measures without an image", "an image without measures", "twice"],
)
def test_settings_that_make_no_sense_are_refused(settings: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"needed|sequences"):
        ClinicalSettings.model_validate(settings)


def test_a_state_of_other_columns_is_refused(fitted: ClinicalBranch) -> None:
    other = ClinicalSettings(variables=SETTINGS.variables)
    with pytest.raises(ValueError, match="columns must be"):
        ClinicalBranch(other, fitted.state)
    with pytest.raises(ValidationError, match="columns must be"):
        ClinicalPart(settings=other, state=fitted.state)


def test_a_required_variable_can_t_be_filled_in(fitted: ClinicalBranch) -> None:
    strict = tuple(v.model_copy(update={"required": True}) for v in SETTINGS.variables)
    settings = SETTINGS.model_copy(update={"variables": strict})
    with pytest.raises(ValidationError, match="filled_in"):
        ClinicalPart(settings=settings, state=fitted.state)


def test_a_volume_beyond_the_training_range_enters_as_its_end(fitted: ClinicalBranch) -> None:
    largest = fitted.state.columns[0].maximum
    rows = [
        PreparedClinical(clinical={"cirrhosis": True}, measures={"log_volume_ml": volume})
        for volume in (largest, largest + 1.0, largest + 50.0)
    ]
    first, *beyond = fitted.logits(rows).tolist()
    assert beyond == [first, first]
    assert fitted.vectors(rows)[:, 0].tolist() == [largest, largest + 1.0, largest + 50.0]


def test_a_formula_of_before_does_not_clip(fitted: ClinicalBranch) -> None:
    before = replace(fitted, state=fitted.state.model_copy(update={"clips": False}))
    column = fitted.state.columns[0]
    rows = [
        PreparedClinical(clinical={"cirrhosis": True}, measures={"log_volume_ml": volume})
        for volume in (column.maximum, column.maximum + column.sd)
    ]
    first, second = before.logits(rows).tolist()
    assert second - first == pytest.approx(fitted.state.coefficients[0])
