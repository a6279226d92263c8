"""What training had promised of a bundle, held against what these patients show."""

from collections.abc import Iterator

from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.study.study import Promise, Study
from TACEResponseLib.validation.style.words import interval, number
from TACEResponseLib.validation.topics.performance.results import PerformanceResults


def promised_sentences(study: Study, results: PerformanceResults) -> Iterator[str]:
    """One sentence a model: whether the interval here holds what its training promised."""
    for measures in results.models:
        promise = next((p for p in study.promises if p.model == measures.name), None)
        if promise is not None:
            yield _sentence(promise, measures.auc, in_sample=study.origin.in_sample)


def promised_table(study: Study, results: PerformanceResults) -> Table:
    """A row a promise, with the AUC of these patients beside it."""
    here = {measures.name: measures.auc for measures in results.models}
    return Table(
        columns=("model", "promised on", "promised AUC", "n", "how", "AUC here", "its interval"),
        rows=tuple(
            (
                p.model,
                p.patients,
                interval(p.auc, 3),
                str(p.auc.n),
                p.auc.method,
                interval(here[p.model], 3),
                _place(p.auc, here[p.model]),
            )
            for p in study.promises
        ),
        note="AUCs that training measured and the bundle carries, the one to believe first. The "
        "last column says where the interval of these patients lies.",
    )


def _sentence(promise: Promise, here: Estimate, *, in_sample: bool) -> str:
    """The promise, the AUC here, and what follows."""
    sentence = (
        f"Training promised {promise.model} an AUC of {interval(promise.auc)} "
        f"({promise.patients}, n = {promise.auc.n}); here it is {interval(here)}."
    )
    if in_sample:
        return f"{sentence} {_optimism(promise.auc, here)}"
    return (
        f"{sentence} The interval here {_place(promise.auc, here)}: {_follows(promise.auc, here)}."
    )


def _place(promised: Estimate, here: Estimate) -> str:
    """Where the interval of these patients lies."""
    if here.value != here.value:  # nan
        return "is unknown"
    if here.high < promised.value:
        return "lies below the promise"
    return "lies above the promise" if here.low > promised.value else "holds the promise"


def _follows(promised: Estimate, here: Estimate) -> str:
    """What the place of the interval allows one to say."""
    place = _place(promised, here)
    overlap = here.low <= promised.high and promised.low <= here.high
    chance = ", though the interval of the promise reaches into it" if overlap else ""
    if place == "lies below the promise":
        return f"on these patients the model does worse than its training said{chance}"
    if place == "lies above the promise":
        return f"these patients are easier, or some of them shaped the model{chance}"
    if place == "is unknown":
        return "nothing can be said"
    return "no sign that it does worse here"


def _optimism(promised: Estimate, here: Estimate) -> str:
    """What an AUC on the model's own patients is worth."""
    gain = here.value - promised.value
    apart = f"{number(abs(gain))} {'above' if gain > 0 else 'below'} the promise"
    return (
        f"Some or all of these patients shaped the model, so the AUC here, {apart}, is no test of "
        "the promise: the promise is the better estimate."
    )
