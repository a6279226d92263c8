"""Numbers in words, made in one place so that figure, sentence and table say the same."""

import math

from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.sample_size import ValidationSize
from TACEResponseLib.evaluation.significance import Significance

# Of a class's name; longer ones run out of a figure at column width.
AXIS_LETTERS = 14
LEGEND_LETTERS = 26
# Times the patients that the other measures need.
SLOPE_OUT_OF_REACH = 20


def interval(estimate: Estimate, digits: int = 2) -> str:
    """`0.72 (0.69 to 0.75)`; `not estimable` for an undefined number; no limit that isn't one."""
    if math.isnan(estimate.value):
        return f"not estimable ({estimate.method})"
    if math.isinf(estimate.value):
        since = f" (from {number(estimate.low, digits)})" if math.isfinite(estimate.low) else ""
        return f"not reached{since}"
    if math.isnan(estimate.low) or math.isnan(estimate.high):
        return f"{number(estimate.value, digits)} (limits undefined)"
    return (
        f"{number(estimate.value, digits)} ({number(estimate.low, digits)} to "
        f"{number(estimate.high, digits)})"
    )


def interval_and_n(estimate: Estimate) -> str:
    """`0.720 (0.690 to 0.750), n = 60`; `nobody` of whom it could be measured."""
    return f"{interval(estimate, 3)}, n = {estimate.n}" if estimate.n else "nobody"


def number(value: float, digits: int = 2) -> str:
    """Fixed digits; never a minus before a zero."""
    if math.isinf(value):
        return "not reached"
    if math.isnan(value):
        return "unknown"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def p_value(test: Significance | float | None) -> str:
    """`p = 0.021`, `p < 0.001`; `no test` where there is none."""
    p = test.p if isinstance(test, Significance) else test
    if p is None or math.isnan(p):
        return "no test"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def share(part: int, whole: int) -> str:
    """`12 of 60 (20 %)`."""
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else f"{part} of 0"


def needed_words(needed: ValidationSize) -> str:
    """Patients of a precise validation; a slope that would need far more is told apart."""
    others = max(needed.observed_to_expected, needed.auc)
    if needed.slope <= SLOPE_OUT_OF_REACH * others:
        return f"A precise validation needs about {needed.n:,} patients."
    return (
        f"A precise AUC and level need about {others:,} patients; the calibration slope "
        f"{needed.slope:,}, because the probabilities hardly differ."
    )


def legend_name(name: str) -> str:
    """Short enough for a legend at column width."""
    return name if len(name) <= LEGEND_LETTERS else name[: LEGEND_LETTERS - 1] + "…"


def axis_words(before: str, between: str, name: str) -> str:
    """`sensitivity for responder`; a class too long for an axis stands in the caption alone."""
    return f"{before} {between}{name}" if len(name) <= AXIS_LETTERS else before


def plain_name(name: str) -> str:
    """A score's name without its unit."""
    return name.split(",")[0]
