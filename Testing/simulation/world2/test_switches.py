"""What each switch does to the answers of a cohort; off, nothing."""

from math import sqrt

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from TACEResponseLib.basics.terms import ResponseClass
from TACEResponseLib.simulation.world2.calls import class_shares, reader_calls
from TACEResponseLib.simulation.world2.settings import SwitchSettings, World2Settings
from TACEResponseLib.simulation.world2.sites import SITES
from TACEResponseLib.simulation.world2.truth import MARKERS, simulate_world2_truth
from Testing.simulation.law_integrals import best_possible_auc, prevalence

SEED, N = 61, 1500


def settings_with(**switches):
    return World2Settings(switches=SwitchSettings(**switches))


def truths_with(n=N, **switches):
    settings = settings_with(**switches)
    return [simulate_world2_truth(settings, SEED, index) for index in range(n)]


@pytest.fixture(scope="module")
def plain():
    return truths_with()


def test_switched_off_the_law_is_that_of_the_first_world(plain):
    law = World2Settings().law
    responses = [truth.response for truth in plain]
    assert np.mean(responses) == pytest.approx(prevalence(law), abs=0.04)
    measured = roc_auc_score(responses, [truth.probability for truth in plain])
    assert measured == pytest.approx(best_possible_auc(law), abs=0.03)
    assert {truth.site for truth in plain} == {""}
    assert all(truth.calls == () and truth.true_class is None for truth in plain)


def test_in_a_null_cohort_everybody_is_as_likely_to_respond():
    probabilities = {truth.probability for truth in truths_with(50, null=True)}
    assert probabilities == {1 / (1 + np.exp(-0.4))}


@pytest.mark.parametrize("kappa", [0.3, 0.5])
def test_readers_agree_with_the_kappa_that_is_asked_for(kappa):
    settings, rng = settings_with(reader_kappa=kappa), np.random.default_rng(1)
    classes, shares = list(ResponseClass), class_shares(settings)
    true = rng.choice(len(classes), 20000, p=shares)
    calls = np.array([reader_calls(classes[c], settings, rng) for c in true])
    assert cohen_kappa_score(calls[:, 0], calls[:, 1]) == pytest.approx(kappa, abs=0.02)
    response = np.isin(calls, ["CR", "PR"])
    assert cohen_kappa_score(response[:, 0], response[:, 1]) == pytest.approx(kappa, abs=0.02)
    measured = [(calls[:, 0] == c.value).mean() for c in classes]
    np.testing.assert_allclose(measured, shares, atol=0.02)


def test_a_reader_hides_what_kappa_says_of_the_auc(plain):
    read = truths_with(reader_kappa=0.4)
    assert [t.true_class for t in read] == [t.response_class for t in plain]
    assert all(t.response_class is t.calls[0] for t in read)
    score = [t.probability for t in plain]
    best, seen = (roc_auc_score([t.response for t in ts], score) for ts in (plain, read))
    assert seen - 0.5 == pytest.approx(sqrt(0.4) * (best - 0.5), abs=0.03)


def test_a_nonlinear_law_bends_the_size(plain):
    bent = truths_with(nonlinear_law=True)
    size = np.array([t.latents["size"] for t in bent])
    log_odds = [np.log(t.probability / (1 - t.probability)) for t in bent]
    assert np.polyfit(size, log_odds, 2)[0] == pytest.approx(-0.6, abs=0.1)
    before = [np.log(t.probability / (1 - t.probability)) for t in plain]
    assert np.polyfit(size, before, 2)[0] == pytest.approx(0, abs=0.1)


def test_sites_differ_in_response_and_not_in_latents():
    truths = truths_with(site_shift=1)
    odds = {
        site.name: np.mean([t.response for t in truths if t.site == site.name]) for site in SITES
    }
    assert odds["site-1"] < odds["site-4"] - 0.2
    enhancement = [t.latents["enhancement"] for t in truths if t.site == "site-1"]
    assert np.mean(enhancement) == pytest.approx(0, abs=0.2)


def test_markers_lack_more_often_in_those_who_do_not_respond():
    truths = truths_with(600, informative_missingness=True)
    lacking = [sum(name not in t.clinical.values for name in MARKERS) for t in truths]
    by_response = [
        np.mean([n for n, t in zip(lacking, truths, strict=True) if t.response == r])
        for r in (0, 1)
    ]
    assert by_response[0] > 3 * by_response[1]


@pytest.mark.parametrize(
    "wrong",
    [{"site_shift": 4}, {"reader_kappa": 0}, {"portal_share": 1.5}, {"contour_error_mm": -1}],
)
def test_switches_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SwitchSettings(**wrong)
