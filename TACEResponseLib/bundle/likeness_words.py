"""How like the model's patients a case is, in words."""

from collections.abc import Sequence

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.evidence.branch import BranchResult
from TACEResponseLib.likeness.fitted import (
    BEYOND_ALL,
    COMMON,
    FEW_PATIENTS,
    UNLIKE,
    UNUSUAL,
)
from TACEResponseLib.likeness.verdict import Likeness, furthest_first

UNLIKE_CALL = "Unlike the model's patients: no call."
UNLIKE_SENTENCE = (
    "No probability is given: the case is unlike the patients that the model was trained on."
)


def likeness_rule(n_training: int) -> str:
    """What the bundle says of cases that lie far out, for its card."""
    beyond = f"lies {_percent(BEYOND_ALL - 1)} further out than all of them"
    limit = beyond if n_training < FEW_PATIENTS else f"is among the furthest {_percent(UNLIKE)}"
    return (
        f"Every case is compared with the {n_training} training patients, in the numbers that each "
        "branch reads (Mahalanobis distance, shrunk covariance; calibrated on patients held out of "
        f"a fit). It is called unusual among the furthest {_percent(UNUSUAL)}, and gets no call "
        f"where it {limit}. Numbers beyond the training range enter as the ends of that range."
    )


def likeness_warnings(
    likeness: Likeness | None, opposed: Sequence[BranchResult]
) -> tuple[CaseWarning, ...]:
    """What must be said before everything else.

    Args:
        likeness: the verdict, if the bundle can give one.
        opposed: every branch, where they disagree.
    """
    warnings = []
    if likeness is not None and likeness.word != "like":
        warnings.append(CaseWarning(code=f"{likeness.word}_case", message=_sentence(likeness)))
    if opposed:
        says = " and ".join(f"{result.name} {result.probability:.2f}" for result in opposed)
        warnings.append(
            CaseWarning(
                code="evidence_disagrees",
                message=f"The evidence disagrees: {says}, further apart than in "
                f"{_percent(COMMON)} of the training patients.",
            )
        )
    return tuple(warnings)


def _sentence(likeness: Likeness) -> str:
    """How far out, and in what."""
    n = likeness.n_training
    as_far = round(likeness.p * (n + 1)) - 1
    among = "no training patient lies" if as_far == 0 else f"{as_far} of {n} training patients lie"
    head = "Unlike the model's patients, no call" if likeness.is_unlike else "Unusual case"
    return f"{head}: {among} as far out{_where(likeness)}."


def _where(likeness: Likeness) -> str:
    """In which evidence, the furthest first; in which numbers, where any is far out by itself."""
    branches = furthest_first(likeness.branches)
    far = [branch for branch in branches if branch.p < UNUSUAL] or branches[:1]
    phrases = [
        f"{branch.branch}, {', '.join(branch.reasons)}"
        if branch.reasons
        else f"{branch.branch} as a whole"
        for branch in far
    ]
    return f" (in {'; in '.join(phrases)})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
