"""Image networks of several inputs keep their state in the bundle and come back as they were."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle import Bundle, load_bundle, save_bundle
from TACEResponseLib.bundle.monai_metadata import monai_metadata
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch
from TACEResponseLib.evidence.image_network.branch_network import build_branch_network
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.part import ImageNetworkPart
from TACEResponseLib.evidence.image_network.preparation import PreparedPatches
from TACEResponseLib.evidence.image_network.settings import (
    ChannelNormalization,
    ImageNetworkSettings,
    ImageNetworkState,
    JointHead,
    StartingWeights,
)
from TACEResponseLib.imaging.settings import MrZScore, PatchSettings
from TACEResponseLib.patient.columns import ClinicalInput, FusionColumn

ARTERIAL, T2 = ImageSequence.MR_ARTERIAL, ImageSequence.MR_T2
AGE = FusionColumn(name="age_years", mean=60.0, sd=9.0, minimum=40.0, maximum=80.0)


@pytest.fixture(scope="module")
def joint() -> ImageNetworkBranch:
    """S2's kind of branch with random weights."""
    settings = ImageNetworkSettings(
        name="joint",
        sequences=(ARTERIAL, T2),
        channel_order=(ARTERIAL, ARTERIAL, T2),
        intensity=MrZScore(),
        patch=PatchSettings(size_px=36, channel_content="sequences"),
        crop_px=32,
        normalization=ChannelNormalization(mean=(0.0, 0.0, 1.0), sd=(1.0, 1.0, 0.5)),
        network=SMALL_CNN,
        arguments={"in_channels": 3, "n_classes": 2, "widths": [4, 8]},
        clinical=(ClinicalInput(name="age_years"),),
        joint_head=JointHead(widths=(16, 8)),
        target_layer="features",
    )
    with torch.random.fork_rng():
        torch.manual_seed(3)
        network = build_branch_network(settings)
    begun = StartingWeights(
        architecture="ResNet18",
        file="resnet18-f37072fd.pth",
        sha256="f37072fd" + "0" * 56,
        is_official=True,
    )
    state = ImageNetworkState(clinical=(AGE,), starting_weights=begun, epoch=7)
    return ImageNetworkBranch(settings, network, "cpu", state)


@pytest.fixture(scope="module")
def saved_joint(joint: ImageNetworkBranch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("joint") / "joint"
    save_bundle(joint_bundle(joint), folder)
    return folder


def joint_bundle(joint: ImageNetworkBranch) -> Bundle:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("bundle_fixtures", Path(__file__).parent / "conftest.py")
    fixtures = module_from_spec(spec)
    spec.loader.exec_module(fixtures)
    return fixtures.make_bundle(joint, modality="MR", sequences=(ARTERIAL, T2))


def test_a_joint_network_comes_back_with_its_columns(
    joint: ImageNetworkBranch, saved_joint: Path
) -> None:
    (branch,) = load_bundle(saved_joint).branches
    assert isinstance(branch, ImageNetworkBranch)
    assert branch.state == joint.state
    patches = np.random.default_rng(0).random((2, 3, 36, 36), dtype=np.float32)
    for age in (45, 75):
        patient = PreparedPatches(patches=patches, plans=(), clinical={"age_years": age})
        assert branch.logits([patient]) == pytest.approx(joint.logits([patient]), abs=1e-12)


def test_monai_builds_the_whole_network_of_two_inputs(
    joint: ImageNetworkBranch, saved_joint: Path
) -> None:
    from monai.bundle.config_parser import ConfigParser
    from safetensors.torch import load_file

    parser = ConfigParser()
    parser.read_config(str(saved_joint / "configs" / "inference.json"))
    network = parser.get_parsed_content("network_def").eval()
    network.load_state_dict(load_file(saved_joint / "models" / "joint.safetensors"))
    patches, clinical = torch.rand(2, 3, 32, 32), torch.rand(2, 1)
    with torch.inference_mode():
        assert torch.equal(network(patches, clinical), joint.network.eval()(patches, clinical))


def test_the_input_is_what_the_network_sees(joint: ImageNetworkBranch) -> None:
    image = monai_metadata(joint_bundle(joint).metadata).network_data_format.inputs["image"]
    assert (image.num_channels, image.spatial_shape) == (3, (32, 32))
    assert image.channel_def["2"] == "mr_t2, sequences"
    # z-scores of -3 to 3, in the last channel less 1 and doubled.
    assert image.value_range == (-8.0, 4.0)


def test_the_card_names_sequences_columns_and_the_start(joint: ImageNetworkBranch) -> None:
    card = joint_bundle(joint).card
    assert "32 x 32 patches of the largest lesion in mr_arterial, mr_t2, with 1 clinical" in card
    assert "started from ResNet18 weights: resnet18-f37072fd.pth (SHA-256 f37072fd" in card


def test_a_network_from_random_weights_says_so(bundle: Bundle) -> None:
    assert "Its training started from random weights." in bundle.card


def test_columns_of_other_variables_are_refused(joint: ImageNetworkBranch) -> None:
    with pytest.raises(ValidationError, match=r"clinical columns must be \['age_years'\]"):
        ImageNetworkPart(settings=joint.settings)
    filled = AGE.model_copy(update={"filled_in": 60.0})
    with pytest.raises(ValidationError, match="filled_in must be given for optional"):
        ImageNetworkPart(settings=joint.settings, state=ImageNetworkState(clinical=(filled,)))


def test_weights_of_another_head_are_refused(
    saved_joint: Path,
    tmp_path: Path,
    relist: Callable[[Path], None],
    edit_json: Callable[[Path, Callable[[Any], None]], None],
) -> None:
    import shutil

    folder = Path(shutil.copytree(saved_joint, tmp_path / "joint"))
    metadata = folder / "configs" / "metadata.json"

    def widen(content: Any) -> None:
        content["tace_response"]["branches"][0]["settings"]["joint_head"]["widths"] = [16, 9]

    edit_json(metadata, widen)
    definition = json.loads((folder / "configs" / "inference.json").read_text())
    definition["network_def"]["widths"] = [16, 9]
    (folder / "configs" / "inference.json").write_text(json.dumps(definition, indent=2) + "\n")
    relist(folder)
    with pytest.raises(InputError, match=r"classifier.weight must be torch.float32 \(2, 9\)"):
        load_bundle(folder)
