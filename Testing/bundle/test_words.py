"""The result sentence, word for word as users were promised it."""

from types import SimpleNamespace

import pytest

from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.bundle.words import (
    call_sentence,
    endpoint_phrase,
    percent,
    result_sentence,
    simulated_banner,
)
from TACEResponseLib.cohort.population.facts import Counts, day_counts
from TACEResponseLib.fusion.fused import FusedProbability


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
        interval=(low, high),
        interval_method="bootstrap",
        threshold=threshold,
        threshold_set_on="out-of-fold training outputs",
        terms=(),
    )


def test_the_sentence_is_the_promised_one() -> None:
    assert result_sentence(bundle(), fused(0.58, 0.41, 0.74)) == (
        "Estimated probability of objective response (CR or PR, mRECIST, about 30 days after "
        "first TACE): 58 % (95 % interval 41 to 74 %). In the training cohort 61 of 96 (64 %) "
        "responded. Research use only: not for offering or withholding TACE."
    )


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
