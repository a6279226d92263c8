"""The result sentence, word for word as users were promised it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.bundle.words import (
    answer_sentence,
    call_sentence,
    endpoint_phrase,
    percent,
    result_sentence,
    simulated_banner,
)
from TACEResponseLib.cohort.population.facts import Counts, day_counts
from TACEResponseLib.fusion.answers import Answer, AnswerCounts, CaseAnswer
from TACEResponseLib.fusion.fused import FusedProbability
from TACEResponseLib.fusion.model_range import ModelRange


def bundle(**changes: object) -> SimpleNamespace:
    """The fields of a bundle's metadata that wording reads."""
    fields = {
        "endpoint": Endpoint.OBJECTIVE_RESPONSE,
        "criterion": "mRECIST",
        "readout": "about 30 days after first TACE",
        "cohorts": {CohortRole.TRAINING: SimpleNamespace(n=96, events=61)},
        "facts": None,
        "simulated": False,
        "permuted_labels": False,
    }
    return SimpleNamespace(**fields | changes)


def fused(probability: float, low: float, high: float, threshold: float = 0.5) -> FusedProbability:
    return FusedProbability(
        probability=probability,
        model_range=ModelRange(
            low=low, high=high, n_refits=30, similar_patients=None, method="refits"
        ),
        threshold=threshold,
        threshold_set_on="out-of-fold training outputs",
        terms=(),
    )


def test_the_sentence_is_the_promised_one() -> None:
    assert result_sentence(bundle(), fused(0.58, 0.41, 0.74)) == (
        "Estimated probability of objective response (CR or PR, mRECIST, about 30 days after "
        "first TACE): 58 %; with other training patients 41 to 74 % (90 % range). In the training "
        "cohort 61 of 96 (64 %) responded. Research use only: not for offering or withholding TACE."
    )


def test_an_interval_of_before_says_of_what_it_is() -> None:
    old = replace(fused(0.58, 0.0, 1.0), model_range=None, interval=(0.41, 0.74))
    assert "58 % (95 % interval of the fusion alone: 41 to 74 %)" in result_sentence(bundle(), old)


@pytest.mark.parametrize(
    ("answer", "right", "words"),
    [
        (
            "positive",
            36,
            "Answer: response. Of 40 training patients told this by models that had "
            "not seen them, 4 did not. Response is not benefit over another treatment.",
        ),
        ("positive", 33, "Can't tell whether it will be response or no response. Response is not"),
        (
            "negative",
            38,
            "Answer: no response. Of 40 training patients told this by models that "
            "had not seen them, 2 did. Response is",
        ),
        ("can't tell", 40, "Can't tell whether"),
    ],
)
def test_a_single_answer_is_given_where_it_was_right_often_enough(
    answer: Answer, right: int, words: str
) -> None:
    # Clopper and Pearson, 95 %: 36 of 40 from .763; 33 of 40 from .672; 38 of 40 from .831.
    counts = AnswerCounts(
        positive=40, positive_right=right, negative=40, negative_right=right, cannot_tell=20
    )
    case = CaseAnswer(answer=answer, p_positive=0.5, p_negative=0.05, counts=counts)
    said = answer_sentence(bundle(), replace(fused(0.7, 0.6, 0.8), answer=case))
    assert said.startswith(words)


@pytest.mark.parametrize("endpoint", list(Endpoint))
def test_nothing_is_said_of_benefit_for_any_endpoint(endpoint: Endpoint) -> None:
    said = answer_sentence(bundle(endpoint=endpoint), fused(0.7, 0.6, 0.8))
    is_response = endpoint in (Endpoint.OBJECTIVE_RESPONSE, Endpoint.FOUR_CLASS)
    assert ("Response is not benefit" in said) is is_response


def test_fewer_than_thirty_patients_told_the_same_give_no_answer() -> None:
    counts = AnswerCounts(
        positive=29, positive_right=29, negative=0, negative_right=0, cannot_tell=71
    )
    assert not counts.is_worded("positive")
    assert replace(counts, positive=30, positive_right=30).is_worded("positive")


@pytest.mark.parametrize(
    ("stated", "days", "words"),
    [
        (96, 31.0, "CR or PR, mRECIST, read 31 days (median) after treatment)"),
        (41, 31.0, "CR or PR, mRECIST in 41 of 96, read 31 days (median) after treatment)"),
        (0, None, "CR or PR, criterion not stated, read-out day not stated)"),
    ],
)
def test_criterion_and_read_out_are_those_of_the_table_where_they_were_counted(
    stated: int, days: float | None, words: str
) -> None:
    facts = SimpleNamespace(
        n=96,
        criterion=Counts(by_name={"mRECIST": stated}, not_stated=96 - stated),
        readout=day_counts([days], None),
    )
    assert endpoint_phrase(bundle(facts=facts)).endswith(words)


def test_disease_control_is_not_called_response() -> None:
    words = result_sentence(bundle(endpoint=Endpoint.DISEASE_CONTROL), fused(0.8, 0.7, 0.9))
    assert "disease control (CR, PR or SD, mRECIST" in words
    assert "responded" not in words


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.004, "< 1 %"), (0.005, "< 1 %"), (0.01, "1 %"), (0.584, "58 %"), (0.996, "> 99 %")],
)
def test_percent_never_claims_certainty(probability: float, words: str) -> None:
    assert percent(probability) == words


@pytest.mark.parametrize(
    ("interval", "begins"),
    [
        ((0.41, 0.74), "No call"),
        ((0.51, 0.74), "Above"),
        ((0.1, 0.49), "Below"),
        ((0.5, 0.7), "No call"),
    ],
)
def test_an_interval_that_touches_the_cut_off_gives_no_call(
    interval: tuple[float, float], begins: str
) -> None:
    words = call_sentence(fused(sum(interval) / 2, *interval))
    assert words.startswith(begins)
    assert "cut-off of 50 %" in words


def test_no_wording_gives_a_verdict() -> None:
    everything = " ".join(
        result_sentence(bundle(), fused(p, p - 0.05, p + 0.05)) + call_sentence(fused(p, p, p))
        for p in (0.1, 0.5, 0.9)
    )
    assert "responder" not in everything.lower()


def test_every_endpoint_has_words() -> None:
    for endpoint in Endpoint:
        assert endpoint_phrase(bundle(endpoint=endpoint)).endswith("first TACE)")


def test_only_a_bundle_that_means_nothing_has_a_banner() -> None:
    assert simulated_banner(bundle()) is None
    assert "mean nothing for a real" in str(simulated_banner(bundle(simulated=True)))
    assert "permuted labels" in str(simulated_banner(bundle(permuted_labels=True)))
