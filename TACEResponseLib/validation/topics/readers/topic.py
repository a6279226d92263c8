"""What the report has of readers."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Paragraph, Section
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import interval
from TACEResponseLib.validation.topics.readers.agreement import ReaderResults, measure_readers
from TACEResponseLib.validation.topics.readers.tables import pairs, readers
from TACEResponseLib.validation.topics.topic import Pictures, Results, Sheet, Topic, sheets_of

SUBSTANTIAL_KAPPA = 0.8
CEILING = "No model can agree with a label better than readers agree on it."


def _sections(_study: Study, results: Results, _pictures: Pictures) -> Iterator[Section]:
    if agreement := results.of(ReaderResults).agreement:
        yield Section("Readers", (Paragraph(CEILING), pairs(agreement), readers(agreement)))


def _sheets(_study: Study, results: Results) -> Iterator[Sheet]:
    if agreement := results.of(ReaderResults).agreement:
        yield from sheets_of({"readers": readers(agreement), "kappas": pairs(agreement)})


def _methods(_study: Study, results: Results) -> Iterator[str]:
    if results.of(ReaderResults).agreement:
        yield (
            "Readers were compared by Cohen's kappa (Wald intervals), Fleiss' kappa (bootstrap by "
            "patient), and with the model by McNemar's exact test and paired bootstrap intervals "
            "of the differences of sensitivity and specificity."
        )


def _limits(_study: Study, results: Results) -> Iterator[str]:
    """Noise of the outcome itself."""
    agreement = results.of(ReaderResults).agreement
    if agreement is None:
        yield (
            "How sure the outcome is: no second reader, so the noise of the label, which caps "
            "every number, is unknown."
        )
        return
    known = [kappa for *_, kappa in agreement.pairs if kappa.value == kappa.value]
    worst = min(known, key=lambda kappa: kappa.value, default=None)
    if worst and worst.value < SUBSTANTIAL_KAPPA:
        yield (
            f"What a model could reach with a sure label: readers agree with kappa of only "
            f"{interval(worst)} at worst."
        )


def _answers(_study: Study, results: Results) -> dict[str, str]:
    agreement = results.of(ReaderResults).agreement
    if agreement is None:
        return {}
    kappas = (f"{a} and {b}: kappa {interval(k)}" for a, b, k in agreement.pairs)
    return {"readers": f"{len(agreement.readers)} readers", "agreement": "; ".join(kappas)}


TOPIC = Topic(
    name="readers",
    place=70,
    measure=measure_readers,
    sections=_sections,
    sheets=_sheets,
    methods=_methods,
    limits=_limits,
    answers=_answers,
)
