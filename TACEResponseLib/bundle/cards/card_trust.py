"""What the card says of the answers and the ranges of single cases."""

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle.metadata import AnswerSummary, BundleMetadata
from TACEResponseLib.bundle.words import ANSWER_WORDS
from TACEResponseLib.evaluation.proportions import proportion
from TACEResponseLib.fusion.answers import (
    FEWEST_ANSWERED,
    FEWEST_TO_LEAVE_OUT,
    LEAST_RIGHT,
    is_often_right,
)


def trust_lines(metadata: BundleMetadata) -> list[str]:
    """Both answers with how often they were right, the share of no answer, and the refits."""
    lines = []
    if metadata.answers is not None:
        lines += _answers(metadata, metadata.answers)
    if metadata.refits:
        lines.append(
            f"- Range of one case: 90 % of what another draw of as many training patients would "
            f"give, by {metadata.refits} trainings on resampled patients. It leaves out what the "
            "inputs do not show."
        )
    else:
        lines.append(
            "- Interval of one case: of the fusion alone, with branches held fixed. What another "
            "draw of training patients would give is not known; it lies further apart."
        )
    return lines


def _answers(metadata: BundleMetadata, answers: AnswerSummary) -> list[str]:
    positive, negative = ANSWER_WORDS[metadata.endpoint]
    total = answers.positive + answers.negative + answers.cannot_tell
    lines = [
        _single(positive, answers.positive, answers.positive_right),
        _single(negative, answers.negative, answers.negative_right),
        f"- Can't tell: {answers.cannot_tell} of {total} training patients "
        f"({100 * answers.cannot_tell / max(total, 1):.0f} %).",
    ]
    cohort = metadata.cohorts[CohortRole.TRAINING]
    if min(cohort.events, cohort.n - cohort.events) < FEWEST_TO_LEAVE_OUT:
        lines.append(
            f"- With fewer than {FEWEST_TO_LEAVE_OUT} patients of a class no score rules it out."
        )
    return lines


def _single(words: str, n: int, right: int) -> str:
    """How often an answer was right, and whether it is given."""
    share = proportion(right, n)
    rule = f"that takes {FEWEST_ANSWERED} patients and a lower limit of {LEAST_RIGHT:g}"
    given = "given" if is_often_right(n, right) else f"not given: {rule}"
    known = f", {share.value:.2f} ({share.low:.2f} to {share.high:.2f})" if n else ""
    return f"- Told {words} out of fold: {n} patients, right for {right}{known}; {given}."
