"""One small bundle of real parts: a network, a radiomics classifier and a fusion."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.terms import CohortRole, Endpoint, ImageSequence
from TACEResponseLib.bundle import (
    Bundle,
    BundleMetadata,
    describe_branches,
    model_card,
    save_bundle,
)
from TACEResponseLib.bundle.metadata import CalibrationSummary, CohortSummary, Metric
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.network import build_network
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch
from TACEResponseLib.evidence.radiomics.classifiers import fit_classifier
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings, RadiomicsSettings
from TACEResponseLib.evidence.radiomics.state import RadiomicsState
from TACEResponseLib.fusion.fusion import FittedFusion, FusionSettings
from TACEResponseLib.imaging.settings import PatchSettings
from TACEResponseLib.patient.columns import ClinicalInput
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.result.provenance import package_versions
from Testing.fusion.fixed_outputs import fit_fixed

FEATURES = (
    "original_shape_MeshVolume",
    "original_firstorder_Mean",
    "original_glcm_Contrast",
)


@pytest.fixture(scope="session")
def network_branch() -> ImageNetworkBranch:
    """A small network of random weights."""
    import torch

    settings = ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        patch=PatchSettings(size_px=64, channels=1),
        network=SMALL_CNN,
        arguments={"in_channels": 1, "n_classes": 2},
        target_layer="features",
    )
    with torch.random.fork_rng():
        torch.manual_seed(3)
        network = build_network(settings.network, settings.arguments)
    return ImageNetworkBranch(settings, network, "cpu")


def make_radiomics_branch(classifier: str) -> RadiomicsBranch:
    """A classifier of three features, fitted on 80 patients."""
    settings = RadiomicsSettings.model_validate(
        {
            "sequences": (ImageSequence.CT_ARTERIAL,),
            "extraction": ExtractionSettings(name="test", spacing_mm=2.0),
            "n_features": 3,
            "classifier": classifier,
            "n_trees": 5,
            "dense": {"hidden_units": 8, "epochs": 3},
        }
    )
    rng = np.random.default_rng(8)
    values = rng.normal((30_000, 70, 12), (8_000, 15, 4), size=(80, 3))
    labels = (values[:, 1] + rng.normal(0, 10, 80) > 70).astype(np.int64)
    state = RadiomicsState(
        feature_names=FEATURES,
        mean=tuple(values.mean(axis=0).tolist()),
        sd=tuple(values.std(axis=0).tolist()),
        minimum=tuple(values.min(axis=0).tolist()),
        maximum=tuple(values.max(axis=0).tolist()),
    )
    return RadiomicsBranch(settings, state, fit_classifier(settings, values, labels, seed=1))


@pytest.fixture(scope="session")
def make_radiomics() -> Callable[[str], RadiomicsBranch]:
    return make_radiomics_branch


@pytest.fixture(scope="session")
def radiomics_branch() -> RadiomicsBranch:
    return make_radiomics_branch("logistic")


@pytest.fixture(scope="session")
def forest_branch() -> RadiomicsBranch:
    return make_radiomics_branch("random_forest")


def make_fusion(names: tuple[str, ...], *clinical: ClinicalInput) -> FittedFusion:
    rng = np.random.default_rng(9)
    logits = {name: rng.normal(size=100) for name in names}
    labels = (sum(logits.values()) + rng.normal(0, 2, 100) > 0).astype(int)
    records = [
        ClinicalRecord(values={variable.name: float(rng.uniform(1, 9)) for variable in clinical})
        for _ in range(100)
    ]
    settings = FusionSettings(n_bootstrap=40, clinical=clinical)
    return fit_fixed(settings, logits, records, labels, seed=1)


def make_bundle(*branches: Any, clinical: tuple[ClinicalInput, ...] = (), **changes: Any) -> Bundle:
    """A bundle of these branches."""
    fusion = make_fusion(tuple(branch.name for branch in branches), *clinical)
    measured: dict[str, Any] = {
        "cohort": CohortRole.INTERNAL_TEST,
        "n": 50,
        "method": "percentile bootstrap",
    }
    fields: dict[str, Any] = {
        "bundle_id": "small-simulated",
        "title": "A small model",
        "authors": "The authors",
        "copyright": "The authors",
        "license": "Apache-2.0",
        "citation": "Doe J. A paper. 2021. doi:10.1000/1",
        "recipe": "small",
        "simulated": True,
        "modality": "CT",
        "sequences": (ImageSequence.CT_ARTERIAL,),
        "endpoint": Endpoint.OBJECTIVE_RESPONSE,
        "positive_class": "responder",
        "criterion": "mRECIST",
        "readout": "about 30 days after first TACE",
        "treatment": "cTACE",
        "population": "simulated patients",
        "intended_use": "tests",
        "failure_modes": ("Anything but a test.",),
        "cohorts": {
            CohortRole.TRAINING: CohortSummary(n=100, events=48, source="simulated"),
            CohortRole.INTERNAL_TEST: CohortSummary(n=50, events=20, source="simulated"),
        },
        "metrics": (Metric(name="AUC", value=0.71, low=0.6, high=0.8, **measured),),
        "calibration": CalibrationSummary(
            method=fusion.settings.calibration,
            fitted_on="out-of-fold outputs of the training cohort",
            slope=Metric(name="calibration slope", value=0.9, low=0.5, high=1.3, **measured),
        ),
        "threshold": fusion.threshold,
        "threshold_set_on": fusion.threshold_set_on,
        "branches": describe_branches(branches),
        "fusion": fusion.settings,
        "package_versions": package_versions(),
        "training_seed": 1,
    }
    metadata = BundleMetadata(**fields | changes)
    return Bundle(metadata=metadata, branches=branches, fusion=fusion, card=model_card(metadata))


@pytest.fixture(scope="session")
def bundle(network_branch: ImageNetworkBranch, radiomics_branch: RadiomicsBranch) -> Bundle:
    return make_bundle(network_branch, radiomics_branch)


@pytest.fixture(scope="session")
def saved(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle on disk; tests copy it before they change it."""
    folder = tmp_path_factory.mktemp("bundles") / "small-simulated"
    save_bundle(bundle, folder)
    return folder


@pytest.fixture
def copied(saved: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copytree(saved, tmp_path / "small-simulated"))


@pytest.fixture
def builder() -> Callable[..., Bundle]:
    return make_bundle


@pytest.fixture
def relist() -> Callable[[Path], None]:
    return rewrite_sums


def rewrite_sums(folder: Path) -> None:
    """What an attacker does: make the list fit the files again."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    (folder / "SHA256SUMS").write_text(
        "".join(
            f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n"
            for p in files
        )
    )


@pytest.fixture
def edit_json() -> Callable[[Path, Callable[[Any], None]], None]:
    return change_json


def change_json(path: Path, change: Callable[[Any], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
