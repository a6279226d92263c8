"""The round months at which numbers at risk are printed."""

import math

YEAR_DAYS = 365.25
MONTH_DAYS = YEAR_DAYS / 12
STEPS_MONTHS = (1, 2, 3, 6, 12, 24, 36, 60)
# Numbers of more times would run into each other at column width.
MOST_RISK_TIMES = 7


def risk_times(last: float) -> tuple[float, ...]:
    """Round months from 0 to the last time, in equal steps, days.

    Args:
        last: of the follow-up, days.
    """
    months = last / MONTH_DAYS
    fitting = [s for s in STEPS_MONTHS if months / s < MOST_RISK_TIMES - 1]
    step = fitting[0] if fitting else STEPS_MONTHS[-1]
    count = max(2, math.ceil(months / step) + 1)
    return tuple(MONTH_DAYS * step * i for i in range(count))
