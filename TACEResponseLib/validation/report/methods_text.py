"""Methods text for a paper, filled from the run."""

from collections.abc import Iterator

from TACEResponseLib import __version__
from TACEResponseLib.result.provenance import installed_version
from TACEResponseLib.validation.report.counted_answers import criterion_and_readout
from TACEResponseLib.validation.report.missing_inputs import missing_inputs
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import share
from TACEResponseLib.validation.topics.topic import Results
from TACEResponseLib.validation.topics.topics import in_place

LIBRARIES = ("numpy", "scipy", "scikit-learn", "statsmodels", "lifelines")


def methods_text(study: Study, results: Results) -> tuple[str, ...]:
    """One paragraph a topic."""
    return tuple(_paragraphs(study, results))


def _paragraphs(study: Study, results: Results) -> Iterator[str]:
    yield _patients(study)
    yield _models(study)
    for topic in in_place():
        yield from topic.methods(study, results)
    yield _software(results)


def _patients(study: Study) -> str:
    total = study.n + len(study.failures)
    roles = ", ".join(role.value.replace("_", " ") for role in study.origin.roles)
    return (
        f"Of {total} patients ({roles or 'role not stated'}; {study.origin.source}) "
        f"{share(study.n, total)} had an outcome and all predictions and were analyzed; "
        f"{share(study.events, study.n)} were “{study.positive_class}”, the positive class "
        f"throughout ({criterion_and_readout(study.facts)}). Missing outcomes were not filled in; "
        f"{missing_inputs(study)}."
    )


def _models(study: Study) -> str:
    cut_offs = "; ".join(
        f"{m.name} at a cut-off of {m.threshold:.3f} (set on {m.threshold_set_on})"
        for m in study.models
    )
    training = " ".join(study.origin.training)
    folds = ""
    if study.origin.cross_validated:
        repeats = max(1, len(study.models[0].repeats))
        folds = f" Predictions were out-of-fold, {repeats} repeat{'s' if repeats > 1 else ''}."
    own = (
        "These patients, or some of them, trained the models and set the cut-offs."
        if study.origin.in_sample
        else "No cut-off was chosen on these patients."
    )
    return f"Models judged: {cut_offs}. {own}{folds} {training}".strip()


def _software(results: Results) -> str:
    known = ", ".join(f"{name} {installed_version(name)}" for name in LIBRARIES)
    return (
        f"All intervals are 95 %, all tests two-sided; draws are seeded ({results.seed}). Computed "
        f"with TACEResponse {__version__} on {known}."
    )
