"""Widths that these patients give, and patients for stated widths."""

from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.style.words import number
from TACEResponseLib.validation.topics.performance.results import PerformanceResults


def sample_size_table(results: PerformanceResults) -> Table:
    """Widths that these patients give, and patients for stated widths."""
    sizes = results.models[0].sizes
    if sizes is None:
        return Table(columns=("",), rows=())
    widths, needed = sizes.widths, sizes.needed
    return Table(
        columns=("measure", "width expected of this n", "patients for the stated width"),
        rows=(
            (
                "observed / expected",
                number(widths.observed_to_expected),
                f"{needed.observed_to_expected:,} for 0.2",
            ),
            ("calibration slope", number(widths.slope), f"{needed.slope:,} for 0.2"),
            ("AUC", number(widths.auc), f"{needed.auc:,} for 0.1"),
            ("all three", "", f"{needed.n:,}, {needed.events:,} of them positive"),
        ),
        note="Riley and others, Statistics in Medicine 2021;40:4230, expecting the share and the "
        "AUC seen here and a model that is right. Probabilities that hardly differ make a slope "
        "need very many.",
    )
