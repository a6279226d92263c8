"""Score a case under plausible contours of its tumor: between what the answers lie.

What doesn't depend on the contour is done once. Evidence that never looks at the tumor keeps its
output; of the others the output alone is computed, without maps and tables. A range over contours
says nothing of other patients that the model might have been trained on, nor of noise.
"""

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind, option
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.contours.words import UNLIKE_RANGE, change_warning, range_sentence
from TACEResponseLib.evidence.kinds import kind_of
from TACEResponseLib.fusion.fused import FusedProbability
from TACEResponseLib.imaging.roi.contour_plans import (
    FEWEST,
    MOST,
    READER_DICE,
    USUAL,
    ContourPlan,
    plan_contours,
)
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.redrawing import Redrawing
from TACEResponseLib.result.contour_range import PERCENTILES, ContourOutcome, ContourRange
from TACEResponseLib.result.prediction import Prediction


def check_contour_count(n: int) -> None:
    """Refuse too few contours for a range, and more than anybody waits for.

    Raises: InputError.
    """
    if not FEWEST <= n <= MOST:
        raise InputError(
            option("contours"),
            f"must be {FEWEST} to {MOST}",
            got=n,
            remedy=f"{USUAL} contours take some seconds; leave it out for none",
        )


def score_contours(
    case: Case,
    bundle: Bundle,
    prediction: Prediction,
    n: int = USUAL,
    progress: Progress = silent,
) -> ContourRange:
    """The range of probabilities over plausible contours of a case's ROI.

    Args:
        case: as it was scored.
        bundle: that scored it.
        prediction: what it said.
        n: contours, 5 to 200.
        progress: told which contour is scored.
    Returns: equal for equal inputs: the contours follow from the ROI alone.
    Raises: InputError: n is out of range, the case has no ROI, the bundle doesn't look at it, or
        fewer than five contours can be scored.
    """
    scoring = ContourScoring(case, bundle, prediction, n)
    for number, _ in enumerate(scoring, start=1):
        progress(f"contour {number} of {n}")
    return scoring.range()


def with_contours(
    case: Case, bundle: Bundle, prediction: Prediction, n: int, progress: Progress = silent
) -> Prediction:
    """The prediction with its range over contours, a warning where the answer changes, and time.

    Raises: InputError: as `score_contours`.
    """
    start = perf_counter()
    contours = score_contours(case, bundle, prediction, n, progress)
    seconds = {**prediction.seconds, "contours": perf_counter() - start}
    return with_range(replace(prediction, seconds=seconds), contours)


def with_range(prediction: Prediction, contours: ContourRange) -> Prediction:
    """The prediction with a range over contours, and its warning, each once."""
    warned = [contours.warning] if contours.warning else []
    warnings = tuple(dict.fromkeys([*prediction.warnings, *warned]))
    return replace(prediction, contours=contours, warnings=warnings)


class ContourScoring:
    """The same a contour at a time, so that somebody else can have the computer in between."""

    def __init__(self, case: Case, bundle: Bundle, prediction: Prediction, n: int = USUAL) -> None:
        """Choose the contours, and compute what they share.

        Raises: InputError: as `score_contours`.
        """
        check_contour_count(n)
        looking = [b for b in bundle.branches if b.settings.needs_roi]
        if not looking:
            raise InputError(
                Subject(SubjectKind.BUNDLE),
                "must look at the tumor for a range over its contours",
                got=f"{bundle.metadata.bundle_id}, which never does",
                remedy="do without a range over contours",
            )
        self._case, self._bundle, self._prediction = case, bundle, prediction
        self._looking = looking
        self._redrawing = Redrawing(case, self._reach_mm)
        readers = bundle.metadata.readers
        self._reader_dice = READER_DICE if readers is None else readers.dice
        self._plans = plan_contours(self._redrawing.seed, n, self._reader_dice)
        self._outcomes: list[ContourOutcome] = []

    @property
    def n(self) -> int:
        """Contours in all."""
        return len(self._plans)

    @property
    def n_done(self) -> int:
        """Contours that are scored."""
        return len(self._outcomes)

    def __iter__(self) -> Iterator[ContourOutcome]:
        """Score those that are left, one after the other."""
        while self.n_done < self.n:
            self._outcomes.append(self._outcome(self._plans[self.n_done]))
            yield self._outcomes[-1]

    def go_on(self, seconds: float) -> None:
        """Score at least one more, if any is left, and others until so many seconds are over."""
        start = perf_counter()
        for _ in self:
            if perf_counter() - start >= seconds:
                return

    def range(self) -> ContourRange:
        """The range, once all are scored.

        Raises: InputError: the model can score fewer than five of them.
        """
        outcomes = tuple(self._outcomes)
        scored = [o.probability for o in outcomes if o.probability is not None]
        if len(scored) < FEWEST:
            raise InputError(
                Subject(SubjectKind.ROI),
                f"at least {FEWEST} plausible contours must be large enough for the model",
                got=f"{len(scored)} of {len(outcomes)}",
                remedy="check the ROI, or do without a range over contours",
            )
        fused = self._prediction.fused
        low, high = (float(end) for end in np.percentile(scored, PERCENTILES))
        known = fused.model_range
        is_widest = known is not None and high - low > known.high - known.low
        n_changed = sum(outcome.is_changed for outcome in outcomes)
        return ContourRange(
            low=low,
            high=high,
            as_drawn=fused.probability,
            reader_dice=self._reader_dice,
            is_reader_dice_measured=self._bundle.metadata.readers is not None,
            outcomes=outcomes,
            sentence=UNLIKE_RANGE
            if fused.is_unlike
            else range_sentence(low, high, outcomes, is_widest=is_widest),
            warning=None
            if fused.is_unlike
            else change_warning(n_changed, len(scored), has_answers=fused.answer is not None),
        )

    def _outcome(self, plan: ContourPlan) -> ContourOutcome:
        """One contour; one that the model refuses, as too small for its features, has no result."""
        case, dice = self._redrawing.drawn(plan)
        outcome = ContourOutcome(
            kind=plan.kind.value, amount=plan.amount, dice=dice, probability=None
        )
        try:
            fused = self._fused(case)
        except InputError:
            return outcome
        drawn = self._prediction.fused
        is_changed = _answer(fused, drawn.threshold) != _answer(drawn, drawn.threshold)
        return replace(outcome, probability=fused.probability, is_changed=is_changed)

    def _fused(self, case: Case) -> FusedProbability:
        """What the bundle says of a case, by its outputs alone."""
        logits = {branch.name: branch.logit for branch in self._prediction.branches}
        for branch in self._looking:
            logits[branch.name] = kind_of(branch.settings).logit(branch, case)
        return self._bundle.fusion.predict(logits, case.clinical)

    def _reach_mm(self, extent_mm: float) -> float | None:
        """How far round the tumor anything of the bundle looks."""
        reaches = [branch.settings.reach_mm(extent_mm) for branch in self._looking]
        known = [reach for reach in reaches if reach is not None]
        return max(known) if len(known) == len(reaches) else None


def _answer(fused: FusedProbability, threshold: float) -> str:
    """The answer that is given; of a model without answers the side of its cut-off."""
    if fused.answer is not None:
        return fused.answer.worded
    return "above" if fused.probability >= threshold else "below"
