"""What the report has of subgroups."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Bullets, Section
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing
from TACEResponseLib.validation.style.words import p_value, share
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.subgroups.figure_forest import draw_forest
from TACEResponseLib.validation.topics.subgroups.subgroups import (
    SubgroupResults,
    measure_subgroups,
)
from TACEResponseLib.validation.topics.topic import Pictures, Results, Topic, named

# Of fairness the checklists ask for these.
PERSONAL = ("sex", "age")


def _drawings(study: Study, results: Results) -> Iterator[Drawing]:
    """One figure, unless no attribute has two levels."""
    judged = results.of(PerformanceResults).models[0]
    if forest := draw_forest(study, results.of(SubgroupResults), judged):
        yield forest


def _sections(_study: Study, results: Results, pictures: Pictures) -> Iterator[Section]:
    forests = results.of(SubgroupResults).forests
    unknown = (
        f"{f.forest.attribute}: unknown in {f.unknown} patients" for f in forests if f.unknown
    )
    if forests:
        yield Section("Subgroups", (*named(pictures, "subgroups"), Bullets(tuple(unknown))))


def _methods(_study: Study, results: Results) -> Iterator[str]:
    if forests := results.of(SubgroupResults).forests:
        yield (
            "Subgroups were compared by a likelihood-ratio test of attribute by logit and by "
            "Cochran's Q of the AUCs on the logit scale, both corrected by Holm's method for "
            f"{len(forests)} attributes. Numbers were cut at values fixed beforehand."
        )


def _limits(study: Study, _results: Results) -> Iterator[str]:
    """One site, or none named."""
    sites = study.attributes.get("site")
    if sites is None:
        yield "That it holds across hospitals: one site, or sites are not named."
    elif unknown := sum(not site for site in sites):
        yield f"Sites of {share(unknown, study.n)} are not named."


def _answers(_study: Study, results: Results) -> dict[str, str]:
    forests = results.of(SubgroupResults).forests
    tests = [f"{f.forest.attribute} {p_value(f.interaction_p_holm)}" for f in forests]
    personal = [f.forest.attribute for f in forests if f.forest.attribute in PERSONAL]
    return {
        "heterogeneity": f"interaction, Holm: {', '.join(tests)}" if tests else "",
        "fairness": f"by {' and '.join(personal)}: subgroups.csv" if personal else "",
    }


TOPIC = Topic(
    name="subgroups",
    place=60,
    measure=measure_subgroups,
    drawings=_drawings,
    sections=_sections,
    methods=_methods,
    limits=_limits,
    answers=_answers,
)
