import numpy as np
import pytest

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.patient.record import read_record
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.patient.scores import albi, albi_grade, child_pugh_points
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.simulation.members import simulated_truths
from TACEResponseLib.simulation.mr.settings import MrLawSettings, MrSimulationSettings
from TACEResponseLib.simulation.settings import SimulationSettings
from Testing.simulation.law_integrals import prevalence

N = 1500


@pytest.fixture(scope="module")
def truths():
    return simulated_truths(MrSimulationSettings(), N, 12)


@pytest.fixture(scope="module")
def records(truths):
    return [truth.clinical.values for truth in truths]


def test_every_record_passes_the_gate_for_real_ones(records):
    for values in records[:200]:
        assert dict(read_record(values).values) == dict(values)


def test_child_pugh_points_are_those_of_the_laboratory(records):
    for values in records:
        points = child_pugh_points(
            albumin=values["albumin_g_per_l"],
            bilirubin=values["bilirubin_umol_per_l"],
            inr=values["inr"],
            ascites=values["ascites"],
            encephalopathy=values["encephalopathy"],
        )
        assert points == values["child_pugh_points"]
        assert values["child_pugh_class"] == ("A" if points <= 6 else "B")
        grade = albi_grade(albi(values["albumin_g_per_l"], values["bilirubin_umol_per_l"]))
        assert values["albi_grade"] == grade


def test_shares_are_those_of_the_published_table(records):
    # Table 1 of doi:10.1186/s12885-025-15273-8, all 473 patients.
    assert np.mean([v["child_pugh_class"] == "B" for v in records]) == pytest.approx(
        0.247, abs=0.04
    )
    assert np.mean([v["portal_vein_invasion"] for v in records]) == pytest.approx(0.207, abs=0.04)
    assert np.mean([v["afp_ng_per_ml"] > 400 for v in records]) == pytest.approx(0.277, abs=0.05)
    assert np.mean([v["sex"] == "M" for v in records]) == pytest.approx(0.858, abs=0.04)
    assert np.mean([v["age_years"] for v in records]) == pytest.approx(60.4, abs=1.0)
    assert np.median([v["nlr"] for v in records]) == pytest.approx(2.88, rel=0.15)
    assert np.median([v["plr"] for v in records]) == pytest.approx(107, rel=0.15)


def test_findings_change_the_odds_of_mr_patients_by_their_coefficients(truths):
    law = MrLawSettings()
    for truth in truths[:300]:
        values = truth.clinical.values
        logit = law.intercept + sum(b * truth.latents[n] for n, b in law.coefficients.items())
        logit += law.child_pugh_b * (values["child_pugh_class"] == "B")
        logit += law.portal_vein_invasion * bool(values["portal_vein_invasion"])
        assert truth.probability == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-12)


def test_afp_is_the_latent_in_its_unit(truths):
    for truth in truths[:300]:
        expected = max(10 ** (1.9 + 1.1 * truth.latents["afp"]), 1.0)
        assert truth.clinical.values["afp_ng_per_ml"] == pytest.approx(expected, abs=0.06)


def test_mr_responders_are_as_frequent_as_the_law_says(truths):
    seen = np.mean([truth.response for truth in truths])
    assert seen == pytest.approx(prevalence(MrLawSettings()), abs=3 * 0.5 / np.sqrt(N))


def test_nothing_in_a_ct_record_but_size_tells_the_response():
    truths = simulated_truths(SimulationSettings(), N, 12)
    probability = [truth.probability for truth in truths]
    for name in ("age_years", "child_pugh_points", "afp_ng_per_ml", "tumor_number", "ast_u_per_l"):
        values = np.argsort(np.argsort([t.clinical.values[name] for t in truths]))
        assert abs(np.corrcoef(values, probability)[0, 1]) < 4 / np.sqrt(N)
    size = [truth.clinical.values["tumor_size_cm"] for truth in truths]
    assert np.corrcoef(size, probability)[0, 1] < -0.05


def test_a_post_treatment_variable_is_never_simulated(records):
    late = {v.name for v in load_schema().variables if v.post_treatment}
    assert late
    assert not late & {name for values in records for name in values}


@pytest.mark.parametrize(
    ("recipe", "treatment"),
    [
        ("mr-radiomics-clinical", "TACE"),
        ("mr-densenet169-clinical", "TACE"),
        ("mr-inceptionv4-haic", "HAIC"),
    ],
)
def test_a_record_can_be_encoded_by_every_recipe_that_reads_one(recipe, treatment):
    read = read_recipe(resource_path("Recipes", f"{recipe}.yaml"))
    fusions = [read.fusion, *(c.fusion for c in read.candidates if c.fusion)]
    variables = [v for fusion in fusions for v in fusion.clinical]
    for branch in read.branches:
        variables += [*getattr(branch, "variables", ()), *getattr(branch, "clinical", ())]
    assert variables
    for truth in simulated_truths(MrSimulationSettings(treatment=treatment), 40, 2):
        for variable in variables:
            if variable.name in truth.clinical.values:
                assert np.isfinite(variable.encode(truth.clinical.values[variable.name]))
            else:
                assert not variable.required
