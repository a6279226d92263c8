"""The recipes that ship: faithful to their papers in every number, whole in every difference.

Expected values are those printed in the papers, or in the code that the paper of
mr-densenet169-clinical published.
"""

from pathlib import Path

import pytest
import torch

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.evidence.image_network.network import check_network
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.batches import epoch_batches
from TACEResponseLib.evidence.radiomics.selection import LARGEST_CORRELATION
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.recipe.recipe import Recipe

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted(resource_path("Recipes").glob("*.yaml"))
PAPERS = {
    "ct-resnet50-four-class": "10.1007/s00330-019-06318-1",
    "ct-radiomics-cnn": "10.3389/fonc.2021.730282",
    "mr-radiomics-clinical": "10.1186/s13244-023-01380-2",
    "mr-densenet169-clinical": "10.1186/s12885-025-15273-8",
    "mr-inceptionv4-haic": "10.1007/s10278-024-01003-2",
}


def recipe(name: str) -> Recipe:
    return read_recipe(resource_path("Recipes", f"{name}.yaml"))


def network(read: Recipe, name: str) -> ImageNetworkSettings:
    branch = next(b for b in read.branches if b.name == name)
    assert isinstance(branch, ImageNetworkSettings)
    return branch


def radiomics(read: Recipe, name: str) -> RadiomicsSettings:
    branch = next(b for b in read.branches if b.name == name)
    assert isinstance(branch, RadiomicsSettings)
    return branch


def clinical_names(read: Recipe) -> set[str]:
    """Every clinical variable that any candidate reads."""
    fusions = [read.fusion, *(c.fusion for c in read.candidates if c.fusion)]
    names = {v.name for fusion in fusions for v in fusion.clinical}
    for branch in read.branches:
        if isinstance(branch, ImageNetworkSettings):
            names |= {v.name for v in branch.clinical}
        if isinstance(branch, ClinicalSettings):
            names |= {v.name for v in branch.variables}
    return names


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_recipe_reads_what_it_names_and_compares_what_it_trains(path: Path) -> None:
    read = read_recipe(path)
    assert read.name == path.stem
    assert all(d.topic and d.paper and d.ours and d.why for d in read.differences)
    assert len({d.topic for d in read.differences}) == len(read.differences)
    assert {s.modality for s in read.sequences} == {read.modality}
    for branch in read.branches:
        assert set(branch.sequences) <= set(read.sequences)
        if isinstance(branch, ImageNetworkSettings):
            check_network(branch.network, branch.arguments, path.name)
            channels = branch.arguments.get("in_channels")
            assert channels == len(branch.channel_sequences)
            assert branch.arguments.get("n_classes") == len(branch.classes)
    if read.candidates:
        used = {name for candidate in read.candidates for name in candidate.branches}
        assert used == {branch.name for branch in read.branches}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_recipe_asks_for_nothing_that_is_known_after_treatment(path: Path) -> None:
    late = {v.name for v in load_schema().variables if v.post_treatment}
    names = clinical_names(read_recipe(path))
    assert not names & late
    assert names <= set(load_schema().by_name)


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_s_recipe_cites_it_and_tells_many_differences(name: str) -> None:
    read = recipe(name)
    assert f"doi:{PAPERS[name]}" in read.citation
    assert len(read.differences) >= 15
    assert all(candidate.paper for candidate in read.candidates)
    assert "never to offer or withhold" in read.intended_use


@pytest.mark.parametrize("name", PAPERS)
def test_the_page_on_recipes_names_each_with_its_year(name: str) -> None:
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
    read = recipe(name)
    n_candidates = row.rpartition("| ")[2].split(":")[0].removesuffix(" |")
    assert n_candidates == (str(len(read.candidates)) if read.candidates else "one")


def test_four_class_recipe_has_the_paper_s_numbers() -> None:
    read = recipe("ct-resnet50-four-class")
    branch = network(read, "resnet50")
    fitting = branch.fitting
    assert read.endpoint is Endpoint.FOUR_CLASS
    assert (fitting.epochs, fitting.batch_size, fitting.learning_rate) == (54, 64, 1e-4)
    assert (fitting.optimizer, fitting.trainable, fitting.positions) == ("sgd", "head", "six")
    assert branch.classes == ("CR", "PR", "SD", "PD")
    assert branch.positive == (0, 1)
    assert branch.input_shape == (3, 224, 224)
    assert branch.patch.slices == "largest_and_neighbors"
    # Features of frozen layers are computed once only if nothing else of a patch is drawn.
    assert not fitting.draws_continuously
    assert fitting.frozen_batch_norm


def test_ct_radiomics_recipe_has_the_paper_s_numbers() -> None:
    read = recipe("ct-radiomics-cnn")
    branch = network(read, "cnn")
    fitting = branch.fitting
    assert (fitting.optimizer, fitting.learning_rate, fitting.batch_size) == ("adam", 0.001, 16)
    assert fitting.weight_decay == 1e-6
    assert branch.input_shape == (3, 224, 224)
    classifiers = [b for b in read.branches if isinstance(b, RadiomicsSettings) and not b.given]
    assert [b.classifier for b in classifiers] == [
        "linear",
        "logistic",
        "svm_rbf",
        "gbm",
        "random_forest",
    ]
    for b in classifiers:
        assert (b.selection, b.rfe_estimator, b.n_features) == ("rfe", "random_forest", 14)
        assert b.icc is not None
        assert b.icc.minimum == 0.75
        assert b.extraction.spacing_mm == 1.0
        assert b.extraction.image_types == ("Original", "LoG", "Wavelet")
        # 107 + 93 for each of three sigmas and eight wavelet bands: the paper's 1167 less 37.
        assert 107 + 93 * (len(b.extraction.log_sigma_mm) + 8) == 1167 - 37
        assert b.preparation == classifiers[0].preparation
    pairs = {c.branches for c in read.candidates if len(c.branches) == 2}
    assert pairs == {("cnn", b.name) for b in read.branches if b.name != "cnn"}


def test_mr_radiomics_recipe_has_the_paper_s_numbers() -> None:
    read = recipe("mr-radiomics-clinical")
    knn, svm, lasso, dnn = (radiomics(read, name) for name in ("knn", "svm", "lasso", "dnn"))
    assert len(read.sequences) == 4
    assert (knn.selection, knn.n_features, knn.n_neighbors) == ("mrmr", 10, 4)
    assert (svm.selection, svm.n_features, svm.classifier, svm.gamma) == (
        "mrmr",
        10,
        "svm_rbf",
        0.2,
    )
    assert (lasso.selection, dnn.selection) == ("none", "none")
    dense = dnn.dense
    assert (dense.hidden_units, dense.dropout, dense.learning_rate) == (220, 0.5, 0.01)
    assert (dense.batch_size, dense.epochs) == (32, 200)
    assert {b.extraction.spacing_mm for b in (knn, svm, lasso, dnn)} == {1.0}
    assert clinical_names(read) == {
        "child_pugh_class",
        "portal_vein_invasion",
        "afp_ng_per_ml",
        "ast_u_per_l",
    }
    assert [c.name for c in read.candidates] == [
        "KNN",
        "SVM",
        "Lasso",
        "DNN",
        "clinical",
        "CL",
        "CD",
    ]


def test_densenet_recipe_has_the_published_code_s_numbers() -> None:
    read = recipe("mr-densenet169-clinical")
    names = ("densenet169", "resnet18", "resnet50", "swin_t", "mlp")
    for branch in (network(read, name) for name in names):
        fitting = branch.fitting
        assert (fitting.epochs, fitting.batch_size, fitting.optimizer) == (20, 32, "adam")
        assert (fitting.learning_rate, fitting.weight_decay) == (5e-4, 5e-4)
        assert (fitting.schedule, fitting.final_learning_rate) == ("cosine", 1e-8)
        assert (fitting.brightness, fitting.contrast, fitting.flips) == (0.5, 0.5, False)
        assert branch.channel_order == ("mr_arterial", "mr_arterial", "mr_t2")
        assert (branch.patch.size_px, branch.crop_px) == (136, 128)
        assert branch.normalization is not None
        assert (branch.normalization.mean, branch.normalization.sd) == ((0.2701,), (0.1390,))
    joint = network(read, "mlp")
    assert joint.joint_head is not None
    assert (joint.joint_head.widths, joint.joint_head.dropout) == ((512, 512), 0.1)
    assert len(joint.clinical) == 24
    screened = next(c for c in read.candidates if c.name == "DLTR_LR").fusion
    assert screened is not None
    assert {v.name for v in screened.clinical} == {
        "alt_u_per_l",
        "ascites",
        "bclc",
        "portal_vein_invasion",
    }


def test_haic_recipe_has_the_paper_s_numbers() -> None:
    read = recipe("mr-inceptionv4-haic")
    assert read.endpoint is Endpoint.DISEASE_CONTROL
    for branch in read.branches:
        if not isinstance(branch, ImageNetworkSettings):
            continue
        fitting = branch.fitting
        assert (fitting.epochs, fitting.batch_size, fitting.optimizer) == (200, 1, "sgd")
        assert (fitting.learning_rate, fitting.schedule, fitting.patience_epochs) == (
            0.01,
            "plateau",
            10,
        )
        assert branch.arguments["dropout"] == 0.2
        assert (branch.patch.columns_px, branch.patch.size_px) == (450, 320)
        assert (branch.patch.shape, branch.patch.slices) == ("whole_slice", "all")
        assert (fitting.start, fitting.patients_per_epoch) == ("random", "one")
        assert fitting.loss == "binary_cross_entropy_per_class"
        assert not branch.needs_roi
    # 27 variables of the paper less the number of HAIC cycles.
    assert len(read.fusion.clinical) == 26
    assert read.fusion.model == "linear_svm"
    assert {len(c.branches) for c in read.candidates} == {1, 5}


def test_either_class_can_be_the_positive_one() -> None:
    read = recipe("mr-inceptionv4-haic")
    turned = read.model_copy(update={"endpoint": Endpoint.PROGRESSION, "positive_class": "PD"})
    assert set(read.endpoint.positive_classes) | set(turned.endpoint.positive_classes) == {
        "CR",
        "PR",
        "SD",
        "PD",
    }
    assert not set(read.endpoint.positive_classes) & set(turned.endpoint.positive_classes)


def ours(read: Recipe, *words: str) -> bool:
    """Whether one difference says all of this of what we do."""
    return any(all(word in d.ours for word in words) for d in read.differences)


@pytest.mark.parametrize("name", [path.stem for path in SHIPPED])
def test_what_the_code_does_beyond_the_settings_is_told_as_a_difference(name: str) -> None:
    read = recipe(name)
    networks = [b for b in read.branches if isinstance(b, ImageNetworkSettings)]
    measured = [b for b in read.branches if isinstance(b, RadiomicsSettings)]
    if any(b.selection == "rfe" for b in measured):
        # Not in the paper, and it decides what elimination may choose from.
        assert ours(read, f"correlation above {LARGEST_CORRELATION:g}")
    if any(b.lesion == "largest" for b in measured):
        assert ours(read, "largest lesion") or ours(read, "the largest")
    if any(b.patch.shape != "whole_slice" for b in networks):
        assert ours(read, "largest lesion")
    if read.fusion.threshold_rule == "half":
        assert ours(read, "one half", "calibrated")


@pytest.mark.parametrize(
    "name", ["ct-resnet50-four-class", "ct-radiomics-cnn", "ct-radiomics-cnn-demo"]
)
def test_networks_that_see_an_image_s_own_slices_tell_it_where_the_paper_made_1_mm(
    name: str,
) -> None:
    read = recipe(name)
    slices = [d for d in read.differences if "1 mm" in d.paper and "own slices" in d.ours]
    assert len(slices) == 1


@pytest.mark.parametrize("name", ["ct-resnet50-four-class", "mr-densenet169-clinical"])
def test_papers_whose_programs_drop_the_last_batch_are_told_from_ours_that_uses_it(
    name: str,
) -> None:
    # drop_last=True in the published loader; floor(1687 / 64) = 26 iterations an epoch in MATLAB.
    assert ours(recipe(name), "last, smaller batch")
    batches = epoch_batches(
        torch.zeros(5, dtype=torch.long),
        torch.arange(5),
        FittingSettings(batch_size=3),
        torch.Generator(),
        keep_single=False,
    )
    assert sorted(len(rows) for rows in batches) == [2, 3]
