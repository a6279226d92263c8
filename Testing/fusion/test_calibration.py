import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from TACEResponseLib.basics.logistic import SMALLEST_PROBABILITY
from TACEResponseLib.fusion.calibration import (
    Calibration,
    CalibrationMethod,
    IsotonicCalibration,
    NoCalibration,
    PlattCalibration,
    fit_calibration,
)

METHODS: tuple[CalibrationMethod, ...] = ("platt", "isotonic", "none")


def cohort(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Logits twice too bold and shifted, and outcomes by the true law."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    return 2 * truth - 1, (rng.random(n) < expit(truth)).astype(int)


def test_platt_recovers_slope_and_intercept_that_made_the_shares() -> None:
    # At each logit the share of events is exactly sigmoid(0.5 * logit - 0.25).
    logits = np.repeat([-2.0, 0.5, 3.0], 100_000)
    shares = expit(0.5 * np.array([-2.0, 0.5, 3.0]) - 0.25)
    labels = np.concatenate(
        [np.arange(100_000) < round(share * 100_000) for share in shares]
    ).astype(int)
    calibration = fit_calibration("platt", logits, labels)
    assert isinstance(calibration, PlattCalibration)
    assert calibration.slope == pytest.approx(0.5, abs=1e-4)
    assert calibration.intercept == pytest.approx(-0.25, abs=1e-4)


def test_platt_of_two_logits_is_the_line_worked_by_hand() -> None:
    # Shares 1/4 at -1 and 3/4 at 1: logit(3/4) = ln 3, so the slope is ln 3 and the intercept 0.
    logits, labels = [-1] * 4 + [1] * 4, [1, 0, 0, 0, 1, 1, 1, 0]
    calibration = fit_calibration("platt", logits, labels)
    assert isinstance(calibration, PlattCalibration)
    assert calibration.slope == pytest.approx(np.log(3), abs=1e-5)
    assert calibration.intercept == pytest.approx(0, abs=1e-5)
    assert calibration.apply([-1, 0, 1]) == pytest.approx([0.25, 0.5, 0.75], abs=1e-5)


def test_platt_of_outputs_worse_than_chance_gives_everyone_the_share_of_events() -> None:
    logits, labels = [-2, -1, 1, 2, 3], [1, 1, 0, 0, 0]
    calibration = fit_calibration("platt", logits, labels)
    assert isinstance(calibration, PlattCalibration)
    assert calibration.slope == 0
    assert calibration.apply([-9, 0, 9]) == pytest.approx([0.4, 0.4, 0.4])


def test_isotonic_equals_scikit_learn_at_and_between_its_knots() -> None:
    logits, labels = cohort(1)
    reference = IsotonicRegression(out_of_bounds="clip").fit(logits, labels)
    points = np.linspace(-9, 9, 501)
    prediction = np.clip(reference.predict(points), SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    assert fit_calibration("isotonic", logits, labels).apply(points) == pytest.approx(prediction)


def test_no_calibration_is_the_sigmoid() -> None:
    assert NoCalibration().apply(np.log(3)) == pytest.approx(0.75)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(3))
def test_every_calibration_is_monotone_and_never_certain(
    method: CalibrationMethod, seed: int
) -> None:
    calibration = fit_calibration(method, *cohort(seed, n=60))
    probabilities = calibration.apply(np.linspace(-1e4, 1e4, 2001))
    assert (np.diff(probabilities) >= 0).all()
    assert ((probabilities > 0) & (probabilities < 1)).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_calibration_survives_its_file(method: CalibrationMethod) -> None:
    calibration = fit_calibration(method, *cohort(2))
    reader: TypeAdapter[Calibration] = TypeAdapter(Calibration)
    assert reader.validate_json(calibration.model_dump_json(), strict=True) == calibration


def test_calibrating_bold_logits_brings_the_log_loss_down() -> None:
    train, test = cohort(3, 2000), cohort(4, 2000)

    def loss(probabilities: np.ndarray) -> float:
        return float(-np.log(np.where(test[1] == 1, probabilities, 1 - probabilities)).mean())

    raw = loss(NoCalibration().apply(test[0]))
    for method in ("platt", "isotonic"):
        assert loss(fit_calibration(method, *train).apply(test[0])) < raw - 0.05


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        (PlattCalibration, {"slope": -1, "intercept": 0}, "greater than or equal to 0"),
        (PlattCalibration, {"slope": float("nan"), "intercept": 0}, "finite"),
        (IsotonicCalibration, {"logits": (0, 1), "probabilities": (0.5,)}, "equally many"),
        (IsotonicCalibration, {"logits": (1, 0), "probabilities": (0, 1)}, "must ascend"),
        (IsotonicCalibration, {"logits": (0, 1), "probabilities": (0.9, 0.1)}, "not descend"),
        (IsotonicCalibration, {"logits": (0,), "probabilities": (1.5,)}, "less than or equal to 1"),
    ],
)
def test_a_calibration_that_is_none_is_refused(
    kind: type[PlattCalibration | IsotonicCalibration], content: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        kind.model_validate(content)
