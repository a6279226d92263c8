"""Drift of inputs as tables: what comes from the ROI, and clinical variables."""

from collections.abc import Iterator, Sequence

from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.study.study import FeatureDrift, Study
from TACEResponseLib.validation.style.words import number

COLUMNS = ("model", "input", "mean, training SD", "SD, training SD", "outside range, %", "n")
MISSING = "missing, %"
FILE = "drift.csv"
# The rest is in the file.
MOST_SHOWN = 15
SCALE = "0 and 1 are as in training; outside: beyond the smallest or largest training value."


def drift_table(study: Study) -> Table:
    """Every input, for the file."""
    rows = _rows(study.drift, with_missing=True)
    return Table(columns=(*COLUMNS, MISSING), rows=tuple(rows))


def drift_sections(study: Study) -> Iterator[Table]:
    """Numbers from the ROI, the farthest from training first; then clinical variables."""
    measured = [d for d in study.drift if d.share_missing is None]
    recorded = [d for d in study.drift if d.share_missing is not None]
    if measured:
        rest = max(0, len(measured) - MOST_SHOWN)
        more = f" The {rest} others are in {FILE}." if rest else ""
        rows = list(_rows(measured, with_missing=False))[:MOST_SHOWN]
        yield Table(columns=COLUMNS, rows=tuple(rows), note=f"From the ROI. {SCALE}{more}")
    if recorded:
        yield Table(
            columns=(*COLUMNS, MISSING),
            rows=tuple(_rows(recorded, with_missing=True)),
            note=f"Clinical variables, as the model codes them, of the patients who have them. "
            f"{SCALE} Training's mean and SD count values that were filled in; how many those "
            "were, the model's card says.",
        )


def _rows(drifts: Sequence[FeatureDrift], *, with_missing: bool) -> Iterator[tuple[str, ...]]:
    """The farthest from training first, what nobody has before them."""
    for d in sorted(drifts, key=_nearness):
        row = (
            d.model,
            d.feature,
            number(d.mean_z),
            number(d.sd_z),
            _percent(d.share_outside),
            str(d.n),
        )
        missing = "" if d.share_missing is None else _percent(d.share_missing)
        yield (*row, missing) if with_missing else row


def _nearness(d: FeatureDrift) -> tuple[bool, float, float]:
    """Small for what lies far from training."""
    return (d.n > 0, -d.share_outside, -abs(d.mean_z))


def _percent(share: float) -> str:
    return number(100 * share, 1)
