"""Training: out-of-fold means out of fold, same seed means same numbers, tests teach nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.candidates import FittedCandidate
from TACEResponseLib.training.folds import permuted, repeated_folds
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.train import train
from TACEResponseLib.training.trained import TrainedModel

MakeRecipe = Callable[..., Recipe]
MakeCohort = Callable[..., PreparedCohort]
MEAN = "original_firstorder_Mean"

pytestmark = pytest.mark.usefixtures("in_process")


def chosen(trained: TrainedModel) -> FittedCandidate:
    (best,) = (one for one in trained.candidates if one.is_chosen)
    return best


def test_no_patient_is_asked_of_a_branch_that_saw_it(
    make_recipe: MakeRecipe, make_cohort: MakeCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch, RadiomicsRecipe

    seen: list[set[float]] = []
    counts: list[int] = []
    fit, logits = RadiomicsRecipe.fit, RadiomicsBranch.logits

    def spy_fit(self, prepared, labels, seed, context):  # type: ignore[no-untyped-def]
        seen.append({p[MEAN] for p in prepared})
        return fit(self, prepared, labels, seed, context)

    def spy_logits(self, prepared):  # type: ignore[no-untyped-def]
        assert not seen[-1] & {p[MEAN] for p in prepared}
        counts.append(len(prepared))
        return logits(self, prepared)

    monkeypatch.setattr(RadiomicsRecipe, "fit", spy_fit)
    monkeypatch.setattr(RadiomicsBranch, "logits", spy_logits)
    tuning = make_cohort(n=20, seed=9, prefix="T")
    train(make_recipe(), make_cohort(), seed=1, tuning=tuning)
    # All patients, then each fold's others; then two of three parts of these, 40 in turn.
    sizes = [len(patients) for patients in seen]
    assert sizes[:4] == sizes[13:17] == [60, 40, 40, 40]
    assert all(24 <= size <= 28 for size in (*sizes[4:13], *sizes[17:]))
    assert len(sizes) == 2 * (1 + 3 + 9)
    assert sum(counts) == 2 * (60 + 3 * 40) + 2 * len(tuning.labels)


def test_fusion_sees_out_of_fold_outputs_only(
    make_recipe: MakeRecipe, make_cohort: MakeCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    from TACEResponseLib.training import candidates

    given: list[dict[str, np.ndarray]] = []
    fit = candidates.fit_fusion

    def spy(settings, outputs, *rest, **named):  # type: ignore[no-untyped-def]
        given.append({name: outputs.out_of_fold(name)[0] for name in outputs.logits})
        return fit(settings, outputs, *rest, **named)

    monkeypatch.setattr(candidates, "fit_fusion", spy)
    patients = make_cohort()
    trained = train(make_recipe(candidates=()), patients, seed=1)
    (folds,) = repeated_folds(patients, 3, 1, seed=1)
    # The one candidate is fitted to be compared, and once more with its resamples.
    logits, again = given
    assert list(again) == list(logits)
    assert all(np.array_equal(again[name], values) for name, values in logits.items())
    kept = {branch.name: branch.logits(patients.by_branch["size"]) for branch in trained.branches}
    for name, values in logits.items():
        assert np.array_equal(values, trained.outputs.out_of_fold(name)[0])
        # The branches that ship have seen everyone; theirs are other numbers.
        assert not np.isclose(values, kept[name]).any()
    assert {len(set(values[folds == 0].tolist())) for values in logits.values()} == {20}


def test_the_same_seed_gives_the_same_numbers_and_signal_is_found(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    tuning = make_cohort(n=40, seed=9, prefix="T")
    first, second = (
        train(make_recipe(), make_cohort(), seed=1, tuning=tuning, jobs=jobs) for jobs in (1, 2)
    )
    assert first.fusion == second.fusion
    assert [one.fusion for one in first.candidates] == [one.fusion for one in second.candidates]
    assert chosen(first).candidate.name in ("texture", "both")
    assert chosen(first).training.value > 0.75
    for one in first.candidates:
        n_resamples = one.fusion.settings.n_bootstrap if one.is_chosen else 0
        assert len(one.fusion.bootstrap) == n_resamples


def test_patients_of_a_test_cohort_teach_nothing(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    """The whole way from members: everything learned is the same with garbage as test patients."""
    from TACEResponseLib.basics.terms import CohortRole
    from TACEResponseLib.cohort.member import Member
    from TACEResponseLib.training.roles import by_role

    def learned(scale: float) -> str:
        everyone = make_cohort(n=120)
        rng = np.random.default_rng(1)
        members_by_role: dict[CohortRole, list[Member]] = {CohortRole.TRAINING: []}
        for n, case_id in enumerate(everyone.case_ids):
            features = dict(everyone.by_branch["size"][n])
            role = CohortRole.INTERNAL_TEST if n % 4 == 3 else CohortRole.TRAINING
            label = int(everyone.labels[n])
            if role is CohortRole.INTERNAL_TEST and scale:
                features = {name: scale * rng.normal() for name in features}
                label = 1 - label
            member = Member(
                case_id=case_id,
                label=label,
                load=refuse,
                features=features,
                clinical=everyone.clinical[n],
            )
            members_by_role.setdefault(role, []).append(member)
        cohorts = by_role(make_recipe(), members_by_role, seed=3)
        trained = train(
            make_recipe(), cohorts[CohortRole.TRAINING], seed=3, tuning=cohorts[CohortRole.TUNING]
        )
        parts = [one.fusion.model_dump_json() for one in trained.candidates]
        parts += [one.candidate.name for one in trained.candidates if one.is_chosen]
        parts += [repr(branch.state) for branch in trained.all_branches]  # type: ignore[attr-defined]
        return hashlib.sha256("".join(parts).encode()).hexdigest()

    assert learned(0.0) == learned(1e6)


def refuse() -> None:
    raise AssertionError("no image is needed")


def test_permuted_labels_give_an_auc_of_one_half(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    """200 patients with a strong signal; the whole procedure, four permutations."""
    values = []
    for seed in range(4):
        patients = permuted(make_cohort(n=160), seed)
        assert patients.labels.sum() == 80
        tuning = permuted(make_cohort(n=40, seed=9, prefix="T"), seed)
        best = chosen(train(make_recipe(), patients, seed=seed, tuning=tuning))
        values.append(best.training.value)
        assert best.training.low < 0.5 < best.training.high
    # Four AUCs of 160 patients have a standard error of .023.
    assert np.mean(values) == pytest.approx(0.5, abs=0.07)


def test_tuning_patients_choose_and_fits_never_learn_from_them(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    tuning = make_cohort(n=40, seed=9, prefix="T")
    turned = replace(tuning, labels=1 - tuning.labels)
    straight, crooked = (
        train(make_recipe(), make_cohort(), seed=1, tuning=patients)
        for patients in (tuning, turned)
    )
    # But for the resamples, which only the kept one has.
    fits = [
        [one.fusion.model_copy(update={"bootstrap": ()}) for one in trained.candidates]
        for trained in (straight, crooked)
    ]
    assert fits[0] == fits[1]
    assert chosen(straight).candidate.name != chosen(crooked).candidate.name == "size"


def test_several_candidates_without_tuning_patients_are_refused(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    with pytest.raises(ValueError, match="chosen among by tuning patients"):
        train(make_recipe(), make_cohort(), seed=1)


def test_a_class_smaller_than_the_folds_is_refused(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    with pytest.raises(ValueError, match="each class needs >= 6 patients"):
        train(make_recipe(), make_cohort(n=4), seed=1)


def test_a_network_of_four_classes_is_trained_on_their_indices(make_cohort: MakeCohort) -> None:
    from TACEResponseLib.basics.errors import InputError
    from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
    from TACEResponseLib.training.prepared_cohort import labels_for

    settings = ImageNetworkSettings.model_validate(
        {
            "sequences": ["ct_arterial"],
            "network": "small_cnn",
            "target_layer": "x",
            "classes": ["CR", "PR", "SD", "PD"],
            "positive": [0, 1],
        }
    )
    patients = replace(make_cohort(n=4), responses=("PD", "CR", "SD", "PR"))
    assert labels_for(settings, patients).tolist() == [3, 0, 2, 1]
    with pytest.raises(InputError, match="P002, response: must be one of CR, PR, SD, PD"):
        labels_for(settings, replace(patients, responses=("PD", "CR", "1", "PR")))
