"""The result in words, made here once for command line, picture, scene, panel and report.

Worded from the bundle alone; a verdict such as "responder" is never given.
"""

from TACEResponseLib.basics.terms import RESEARCH_USE, CohortRole, Endpoint
from TACEResponseLib.bundle.counted import criterion_words, readout_words
from TACEResponseLib.bundle.likeness_words import UNLIKE_CALL, UNLIKE_SENTENCE
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.fusion.answers import Answer
from TACEResponseLib.fusion.fused import FusedProbability

ENDPOINT_WORDS = {
    Endpoint.OBJECTIVE_RESPONSE: "objective response (CR or PR",
    Endpoint.DISEASE_CONTROL: "disease control (CR, PR or SD",
    Endpoint.PROGRESSION: "progression (PD",
    Endpoint.FOUR_CLASS: "objective response (CR or PR, from four classes",
}
ANSWER_WORDS = {
    Endpoint.OBJECTIVE_RESPONSE: ("response", "no response"),
    Endpoint.DISEASE_CONTROL: ("disease control", "no disease control"),
    Endpoint.PROGRESSION: ("progression", "no progression"),
    Endpoint.FOUR_CLASS: ("response", "no response"),
}
"""Of the positive class, and of the other."""
NOT_BENEFIT = {
    Endpoint.OBJECTIVE_RESPONSE: "Response is not benefit over another treatment.",
    Endpoint.DISEASE_CONTROL: "Disease control is not benefit over another treatment.",
    Endpoint.PROGRESSION: "Nothing is said of what another treatment would do.",
    Endpoint.FOUR_CLASS: "Response is not benefit over another treatment.",
}
# The verb of the cohort line, by endpoint: what the events did.
EVENT_WORDS = {
    Endpoint.OBJECTIVE_RESPONSE: "responded",
    Endpoint.DISEASE_CONTROL: "had disease control",
    Endpoint.PROGRESSION: "progressed",
    Endpoint.FOUR_CLASS: "responded",
}
SIMULATED_BANNER = (
    "This model was trained on simulated patients: its results mean nothing for a real one."
)

PERMUTED_BANNER = (
    "This model was trained on permuted labels to check the procedure: its results mean nothing."
)


def percent(probability: float) -> str:
    """A probability in whole percent; never a certainty: `< 1 %` and `> 99 %`."""
    whole = round(100 * probability)
    if whole < 1:
        return "< 1 %"
    return "> 99 %" if whole > 99 else f"{whole} %"


def journal_number(value: float) -> str:
    """A number between 0 and 1 as journals print it: `.65`; `1.00` keeps its digit."""
    return f"{value:.2f}".removeprefix("0")


def endpoint_phrase(bundle: BundleMetadata) -> str:
    """Endpoint with criterion and read-out as counted, `objective response (CR or PR, ...)`."""
    return f"{ENDPOINT_WORDS[bundle.endpoint]}, {criterion_words(bundle)}, {readout_words(bundle)})"


def cohort_sentence(bundle: BundleMetadata) -> str:
    """How many of the training cohort had the positive class."""
    cohort = bundle.cohorts[CohortRole.TRAINING]
    share = percent(cohort.events / cohort.n)
    return (
        f"In the training cohort {cohort.events} of {cohort.n} ({share}) "
        f"{EVENT_WORDS[bundle.endpoint]}."
    )


def result_sentence(bundle: BundleMetadata, fused: FusedProbability) -> str:
    """The one sentence in which every output states the result."""
    if fused.is_unlike:
        return f"{UNLIKE_SENTENCE} {RESEARCH_USE}"
    return (
        f"Estimated probability of {endpoint_phrase(bundle)}: {percent(fused.probability)}"
        f"{_range_words(fused)}. {cohort_sentence(bundle)} {RESEARCH_USE}"
    )


def limits_words(limits: tuple[float, float]) -> str:
    """`41 to 79 %`."""
    low, high = limits
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def _range_words(fused: FusedProbability) -> str:
    """The range, never without what it is a range of."""
    if fused.model_range is not None:
        return f"; with other training patients {limits_words(fused.limits)} (90 % range)"
    if fused.interval is not None:
        return f" (95 % interval of the fusion alone: {limits_words(fused.interval)})"
    return ""


def answer_sentence(bundle: BundleMetadata, fused: FusedProbability) -> str:
    """Response, no response or can't tell, with how often such an answer was right.

    Of a bundle without held-out scores: the side of the cut-off; of an unlike case nothing.
    """
    if fused.is_unlike:
        return UNLIKE_CALL
    not_benefit = NOT_BENEFIT[bundle.endpoint]
    if fused.answer is None:
        return f"{call_sentence(fused)} {not_benefit}"
    answer = fused.answer.worded
    if answer == "can't tell":
        return f"Can't tell whether it will be {_classes(bundle)}. {not_benefit}"
    n, right = fused.answer.counts.outcomes(answer)
    wrong_half = {"positive": "did not", "negative": "did"}[answer]
    return (
        f"Answer: {answer_words(bundle.endpoint, answer)}. Of {n} training patients told this "
        f"by models that had not seen them, {n - right} {wrong_half}. {not_benefit}"
    )


def answer_words(endpoint: Endpoint, answer: Answer) -> str:
    """`response`, `no response` or `can't tell`, by what the endpoint is."""
    positive, negative = ANSWER_WORDS[endpoint]
    return {"positive": positive, "negative": negative}.get(answer, answer)


def _classes(bundle: BundleMetadata) -> str:
    return " or ".join(ANSWER_WORDS[bundle.endpoint])


def call_sentence(fused: FusedProbability) -> str:
    """On which side of the model's cut-off the result lies, or that it can't be said."""
    if fused.is_unlike:
        return UNLIKE_CALL
    cut_off = f"the model's cut-off of {percent(fused.threshold)} (set on {fused.threshold_set_on})"
    if fused.call == "no call":
        return f"No call: the range crosses {cut_off}."
    return f"{fused.call.capitalize()} {cut_off}."


def simulated_banner(bundle: BundleMetadata) -> str | None:
    """First line of every result of a bundle that saw simulated patients or permuted labels."""
    lines = [SIMULATED_BANNER] if bundle.simulated else []
    lines += [PERMUTED_BANNER] if bundle.permuted_labels else []
    return " ".join(lines) or None
