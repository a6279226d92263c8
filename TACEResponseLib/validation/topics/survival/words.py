"""How survival was judged, and what competing risks show, as sentences and a table."""

from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.style.words import interval, number, p_value, share
from TACEResponseLib.validation.topics.survival.competing import DEATH, CompetingMeasures
from TACEResponseLib.validation.topics.survival.risk_times import MONTH_DAYS
from TACEResponseLib.validation.topics.survival.survival import SurvivalResults

METHODS = (
    " Death rules progression out: cumulative incidence of progression and of death without it is "
    "Aalen and Johansen's (Scandinavian Journal of Statistics 1978;5:141), with Aalen's variance "
    "and intervals on the log-log scale"
)
GRAY = "; groups were compared by Gray's test (Annals of Statistics 1988;16:1141)"


def survival_methods(results: SurvivalResults) -> str:
    """The paragraph of the methods text."""
    endpoints = ", ".join(measures.endpoint for measures in results.survival)
    marks = results.landmarks
    landmark = (
        f" Groups by observed outcome were followed from a landmark at day {marks[0].day:g}."
        if marks
        else ""
    )
    return (
        f"{endpoints}: patients were grouped by prediction at the model's own cut-off; "
        "Kaplan-Meier curves with log-log intervals, the log-rank test, Cox regression (Efron's "
        "ties, proportionality by Schoenfeld residuals), Harrell's c with a bootstrap interval, "
        f"and a time-dependent AUC weighted by the inverse probability of censoring."
        f"{competing_methods(results)}"
        f"{landmark}"
    )


def competing_methods(results: SurvivalResults) -> str:
    """Methods, as far as they were used; nothing where no death is known."""
    measures = competing_of(results)
    if measures is None:
        return ""
    tested = measures.gray_progression or measures.gray_death
    return f"{METHODS}{GRAY if tested else ''}."


def competing_of(results: SurvivalResults) -> CompetingMeasures | None:
    """Of time to progression, where deaths are known."""
    return next((measures.competing for measures in results.survival if measures.competing), None)


def competing_sentence(measures: CompetingMeasures) -> str:
    """Why death is not censored here, and whether the groups differ."""
    died = f"{share(measures.deaths, measures.n)} died without a progression seen"
    why = (
        f"{died}, and death rules progression out. A Kaplan-Meier curve that censors these deaths "
        "takes the dead for patients who may still progress and overstates progression; cumulative "
        "incidence does not."
        if measures.deaths
        else "Nobody died without a progression seen, so cumulative incidence is 1 - Kaplan-Meier."
    )
    return (
        f"TTP: {why} Gray's test of the predicted groups: progression "
        f"{p_value(measures.gray_progression)}, {DEATH} {p_value(measures.gray_death)}."
        f"{_unwatched(measures)}"
    )


def _unwatched(measures: CompetingMeasures) -> str:
    """Progression that nobody looked for can't be told from none."""
    if not measures.unwatched:
        return ""
    return (
        f" A death counts at its day, here a median of {measures.unwatched:.0f} days after "
        "progression was last looked for; what happened in between is not known."
    )


def incidence_table(measures: CompetingMeasures) -> Table:
    """Incidence of each group at one time; no rows where groups are too small."""
    months = (measures.told_at or 0) / MONTH_DAYS
    counts = {curve.group: curve for curve in measures.progression}
    return Table(
        columns=("group", "n", "progressed", "died without progression", "1 - Kaplan-Meier"),
        rows=tuple(
            (
                at.group,
                str(counts[at.group].n),
                interval(at.progression),
                interval(at.death),
                number(at.without_competing),
            )
            for at in measures.incidences
        ),
        note=f"Share of each group by {months:.0f} months, with 95 % intervals. 1 - Kaplan-Meier: "
        "progression if deaths were censored.",
    )
