"""The range of answers over plausible contours: each is what a whole score would give."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle import Bundle, load_bundle
from TACEResponseLib.bundle.metadata import ReaderAgreement
from TACEResponseLib.contours import contour_scoring
from TACEResponseLib.contours.contour_scoring import (
    ContourScoring,
    check_contour_count,
    score_contours,
    with_contours,
)
from TACEResponseLib.contours.words import range_sentence
from TACEResponseLib.fusion.answers import Answer, AnswerCounts, CaseAnswer
from TACEResponseLib.fusion.fused import FusedProbability
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.roi.contour_plans import ContourKind, ContourPlan, plan_contours
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.redrawing import Redrawing
from TACEResponseLib.result.contour_range import ContourOutcome, ContourRange
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import to_record
from TACEResponseLib.scoring import score
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings

SHIPPED = "ct-radiomics-cnn-simulated"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(SHIPPED)


@pytest.fixture(scope="module")
def case() -> Case:
    return simulate_patient(SimulationSettings(), 3, 1).to_case()


@pytest.fixture(scope="module")
def prediction(case: Case, bundle: Bundle) -> Prediction:
    return score(case, bundle)


@pytest.fixture(scope="module")
def contours(case: Case, bundle: Bundle, prediction: Prediction) -> ContourRange:
    return score_contours(case, bundle, prediction, 6)


def anew(case: Case, plan: ContourPlan) -> Case:
    """The case as a reader would have made it of one contour, with all its checks."""
    redrawn, _ = Redrawing(case, lambda _extent: None).drawn(plan)
    return Case(case_id="anew", images=case.images, roi=redrawn.roi, roi_choice=case.roi_choice)


def test_under_each_contour_the_result_is_that_of_a_whole_score(
    case: Case, bundle: Bundle, contours: ContourRange
) -> None:
    plans = plan_contours(Redrawing(case, lambda _extent: None).seed, 6)
    for plan, outcome in list(zip(plans, contours.outcomes, strict=True))[::2]:
        whole = score(anew(case, plan), bundle)
        assert outcome.kind == plan.kind
        assert outcome.probability == pytest.approx(whole.fused.probability, abs=1e-6)


def test_under_the_contour_as_drawn_the_result_is_the_one_that_was_shown(
    case: Case, bundle: Bundle, prediction: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = (ContourPlan(kind=ContourKind.GROWN, amount=0.0),) * 5
    monkeypatch.setattr(contour_scoring, "plan_contours", lambda *_: still)
    contours = score_contours(case, bundle, prediction, 5)
    assert contours.scored == pytest.approx((prediction.fused.probability,) * 5, abs=1e-6)
    assert (contours.n_changed, contours.warning) == (0, None)
    assert [outcome.dice for outcome in contours.outcomes] == [1.0] * 5


@pytest.mark.parametrize("patient", ["019", "025"])
def test_a_real_tumor_has_the_results_of_whole_scores(
    patient: str, bundle: Bundle, shared_data: Path
) -> None:
    folder = shared_data / "sts"
    image, _ = read_image(folder / f"STS_{patient}_CT_image.nii.gz", ImageSequence.CT_ARTERIAL)
    roi, _ = read_roi(folder / f"STS_{patient}_CT_mask.nii.gz", labels="all")
    real = Case(case_id="real", images={ImageSequence.CT_ARTERIAL: image}, roi=roi)
    drawn = score(real, bundle)
    contours = score_contours(real, bundle, drawn, 5)
    plans = plan_contours(Redrawing(real, lambda _extent: None).seed, 5)
    whole = score(anew(real, plans[4]), bundle)
    assert contours.outcomes[4].probability == pytest.approx(whole.fused.probability, abs=1e-6)
    assert all(0.75 <= outcome.dice <= 1 for outcome in contours.outcomes)


def test_the_range_runs_from_the_5th_to_the_95th_percentile(contours: ContourRange) -> None:
    one, two, *_, five, six = sorted(contours.scored)
    # Six values: a quarter of a step from either end.
    assert contours.low == pytest.approx(one + 0.25 * (two - one))
    assert contours.high == pytest.approx(six - 0.25 * (six - five))


def test_the_same_case_gives_the_same_range_to_the_last_digit(
    case: Case, bundle: Bundle, prediction: Prediction, contours: ContourRange
) -> None:
    assert score_contours(case, bundle, prediction, 6) == contours


def test_an_answer_that_changes_is_counted_and_told(
    case: Case, bundle: Bundle, prediction: Prediction, contours: ContourRange
) -> None:
    middle = float(np.median(contours.scored))
    fused = replace(prediction.fused, threshold=middle, probability=max(contours.scored))
    changed = score_contours(case, bundle, replace(prediction, fused=fused), 6)
    assert changed.n_changed == 3
    assert changed.warning is not None
    assert changed.warning.code == "contour_changes_answer"
    assert "under 3 of 6 plausible contours" in changed.warning.message


def answered(fused: FusedProbability, answer: Answer, *, n: int) -> FusedProbability:
    """A result with an answer that n training patients got, rightly."""
    counts = AnswerCounts(positive=n, positive_right=n, negative=n, negative_right=n, cannot_tell=0)
    given = CaseAnswer(answer=answer, p_positive=0.5, p_negative=0.5, counts=counts)
    return replace(fused, answer=given)


@pytest.mark.parametrize(("n", "n_changed"), [(50, 2), (10, 0)], ids=["worded", "never worded"])
def test_of_a_model_with_answers_only_what_is_said_counts(
    n: int,
    n_changed: int,
    case: Case,
    bundle: Bundle,
    prediction: Prediction,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = answered(prediction.fused, "positive", n=n)
    scoring = ContourScoring(case, bundle, replace(prediction, fused=drawn), 5)
    # Below the cut-off each of them, which is another thing than another answer.
    low = replace(prediction.fused, probability=prediction.fused.threshold / 2)
    answers: list[Answer] = ["positive", "negative", "positive", "can't tell", "positive"]
    given = iter([answered(low, answer, n=n) for answer in answers])
    monkeypatch.setattr(scoring, "_fused", lambda _case: next(given))
    list(scoring)
    contours = scoring.range()
    assert contours.n_changed == n_changed
    assert (contours.warning is None) == (n_changed == 0)
    if contours.warning is not None:
        assert contours.warning.message.endswith(
            "under 2 of 5 plausible contours of the ROI it is another one."
        )


def test_a_prediction_takes_range_warning_and_seconds_with_it(
    case: Case, bundle: Bundle, prediction: Prediction
) -> None:
    stages: list[str] = []
    fused = replace(prediction.fused, threshold=prediction.fused.probability - 1e-9)
    before = replace(prediction, fused=fused)
    after = with_contours(case, bundle, before, 5, stages.append)
    assert after.contours is not None
    assert stages[-1] == "contour 5 of 5"
    assert after.warnings[: len(before.warnings)] == before.warnings
    assert len(after.warnings) == len(before.warnings) + (after.contours.n_changed > 0)
    assert after.seconds["contours"] > 0
    record = to_record(after)
    assert record["contours"]["n"] == record["contours"]["n_scored"] == 5
    assert record["contours"]["range_90"] == [after.contours.low, after.contours.high]
    assert "contours" not in to_record(before)


def test_contours_that_the_model_refuses_are_told_and_left_out(
    case: Case, bundle: Bundle, prediction: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoring = ContourScoring(case, bundle, prediction, 7)
    answers = iter([0.2, 0.3, None, 0.4, 0.5, 0.6, None])

    def answer(_case: Case) -> FusedProbability:
        probability = next(answers)
        if probability is None:
            raise InputError("--roi", "must be larger", got="3 voxels", remedy="draw it")
        return replace(prediction.fused, probability=probability)

    monkeypatch.setattr(scoring, "_fused", answer)
    assert len(list(scoring)) == 7
    contours = scoring.range()
    assert contours.scored == (0.2, 0.3, 0.4, 0.5, 0.6)
    assert "over 5 plausible contours" in contours.sentence
    assert contours.sentence.endswith("; 2 more were too small for the model.")


def test_too_few_that_can_be_scored_make_no_range(
    case: Case, bundle: Bundle, prediction: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoring = ContourScoring(case, bundle, prediction, 5)

    def refuse(_case: Case) -> FusedProbability:
        raise InputError("--roi", "must be larger", got="3 voxels", remedy="draw it")

    monkeypatch.setattr(scoring, "_fused", refuse)
    list(scoring)
    with pytest.raises(InputError, match=r"at least 5 plausible contours .* got 0 of 5"):
        scoring.range()


def test_readers_who_agree_better_have_deformations_that_are_smaller(
    case: Case, bundle: Bundle, prediction: Prediction, contours: ContourRange
) -> None:
    metadata = bundle.metadata.model_copy(update={"readers": ReaderAgreement(dice=0.93, n=30)})
    stated = replace(bundle, metadata=metadata)
    scoring = ContourScoring(case, stated, prediction, 6)
    agreeing = [next(iter(scoring)) for _ in range(6)]
    assert [outcome.dice for outcome in agreeing[:4]] == [o.dice for o in contours.outcomes[:4]]
    assert np.mean([o.dice for o in agreeing[4:]]) == pytest.approx(0.93, abs=0.01)
    assert np.mean([o.dice for o in contours.outcomes[4:]]) == pytest.approx(0.85, abs=0.01)
    assert scoring.range().is_reader_dice_measured
    assert not contours.is_reader_dice_measured


def test_evidence_that_never_looks_at_the_tumor_keeps_its_output(
    case: Case, bundle: Bundle, prediction: Prediction
) -> None:
    scoring = ContourScoring(case, bundle, prediction, 5)
    scoring._looking = []
    list(scoring)
    assert scoring.range().scored == pytest.approx((prediction.fused.probability,) * 5, abs=1e-12)


def test_a_model_that_never_looks_at_the_tumor_is_refused(
    case: Case, bundle: Bundle, prediction: Prediction
) -> None:
    blind: Any = SimpleNamespace(
        branches=(SimpleNamespace(settings=SimpleNamespace(needs_roi=False)),),
        metadata=bundle.metadata,
    )
    with pytest.raises(InputError, match="must look at the tumor for a range over its contours"):
        ContourScoring(case, blind, prediction, 5)


@pytest.mark.parametrize("n", [4, 201, 0, -1])
def test_too_few_or_too_many_contours_are_refused(n: int) -> None:
    with pytest.raises(InputError, match=f"--contours: must be 5 to 200, got {n}"):
        check_contour_count(n)


def test_the_sentence_says_range_number_and_dice() -> None:
    dices, probabilities = (0.80, 0.9, 0.97), (0.47, 0.5, 0.63)
    outcomes = [
        ContourOutcome(kind="grown", amount=1.0, dice=dice, probability=p)
        for dice, p in zip(dices, probabilities, strict=True)
    ]
    assert range_sentence(0.47, 0.63, outcomes) == (
        "Between 47 % and 63 % over 3 plausible contours (Dice .80 to .97)."
    )
    widest = range_sentence(0.47, 0.63, outcomes, is_widest=True)
    assert widest.endswith("; drawing matters more here than which patients trained the model.")
