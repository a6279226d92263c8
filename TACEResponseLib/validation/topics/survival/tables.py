"""Survival as a table."""

from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.style.words import interval, p_value
from TACEResponseLib.validation.topics.survival.survival import ABOVE, SurvivalResults


def survival_table(results: SurvivalResults) -> Table:
    """Endpoints, a row each."""
    rows = []
    for measures in results.survival:
        ratio = (
            interval(measures.hazards.hazard_ratios[ABOVE])
            if measures.hazards
            else "too few events"
        )
        medians = "; ".join(f"{c.group} {interval(c.median, 0)}" for c in measures.curves)
        area = (
            f"{interval(measures.auc_at_time)} at {measures.auc_time:.0f}"
            if measures.auc_at_time and measures.auc_time
            else "not estimable"
        )
        rows.append(
            (
                measures.endpoint,
                f"{measures.events} / {measures.n}",
                medians,
                p_value(measures.log_rank),
                ratio,
                interval(measures.concordance) if measures.concordance else "too few events",
                area,
                p_value(measures.competing.gray_progression if measures.competing else None),
            )
        )
    return Table(
        columns=(
            "endpoint",
            "events / n",
            "median, days",
            "log-rank",
            "hazard ratio, positive vs negative",
            "c-index",
            "AUC at a day",
            "Gray (death competes)",
        ),
        rows=tuple(rows),
        note="Groups by prediction at the model's own cut-off. Hazard ratio below 1: the event "
        "comes later in patients predicted positive. c-index and AUC: 1 - probability as risk.",
    )
