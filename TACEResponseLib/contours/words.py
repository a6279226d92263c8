"""A range over contours in words, once for command line, report, scene and panel."""

from collections.abc import Sequence

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.bundle.words import journal_number, percent
from TACEResponseLib.result.contour_range import ContourOutcome

UNLIKE_RANGE = "No range over contours is given: the case is unlike the model's patients."


def range_sentence(
    low: float, high: float, outcomes: Sequence[ContourOutcome], *, is_widest: bool = False
) -> str:
    """Such as: between 47 % and 63 % over 20 plausible contours (Dice .80 to .97)."""
    scored = [outcome for outcome in outcomes if outcome.probability is not None]
    dice = [outcome.dice for outcome in scored]
    refused = len(outcomes) - len(scored)
    left_out = f"; {refused} more were too small for the model" if refused else ""
    widest = "; drawing matters more here than which patients trained the model" * is_widest
    return (
        f"Between {percent(low)} and {percent(high)} over {len(scored)} plausible contours (Dice "
        f"{journal_number(min(dice))} to {journal_number(max(dice))}){left_out}{widest}."
    )


def change_warning(n_changed: int, n: int, *, has_answers: bool) -> CaseWarning | None:
    """Said where the answer depends on how the tumor was drawn.

    Args:
        n_changed: contours under which it is another.
        n: contours.
        has_answers: whether the model gives answers; else sides of its cut-off were compared.
    """
    if not n_changed:
        return None
    other = "the result lies on the other side of the model's cut-off"
    return CaseWarning(
        code="contour_changes_answer",
        message=f"The answer depends on the contour: under {n_changed} of {n} plausible contours "
        f"of the ROI {'it is another one' if has_answers else other}.",
    )
