import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle import Bundle
from TACEResponseLib.bundle.monai_metadata import from_json, monai_metadata, to_json
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch

# The mandatory keys of MONAI's bundle specification, and those of each tensor. MONAI 1.6 renamed
# optional_packages_version and warns of the old name.
MANDATORY = {
    "version",
    "monai_version",
    "pytorch_version",
    "numpy_version",
    "required_packages_version",
    "task",
    "description",
    "authors",
    "copyright",
    "network_data_format",
}
OF_A_TENSOR = {
    "type",
    "format",
    "modality",
    "num_channels",
    "spatial_shape",
    "dtype",
    "value_range",
    "is_patch_data",
    "channel_def",
}


@pytest.fixture
def content(saved: Path) -> dict[str, Any]:
    return json.loads((saved / "configs" / "metadata.json").read_text())


def test_the_file_has_every_field_that_monai_asks_for(content: dict[str, Any]) -> None:
    assert content.keys() >= MANDATORY
    tensors = content["network_data_format"]
    assert tensors["inputs"].keys() == {"image"}
    assert tensors["outputs"].keys() == {"pred"}
    assert tensors["inputs"]["image"].keys() == tensors["outputs"]["pred"].keys() == OF_A_TENSOR
    assert content["monai_version"] != "unknown"


def test_monai_finds_its_required_properties_in_the_file(saved: Path) -> None:
    from monai.bundle.config_parser import ConfigParser
    from monai.bundle.properties import MetaProperties
    from monai.utils import BundleProperty, BundlePropertyConfig

    parser = ConfigParser()
    parser.read_meta(str(saved / "configs" / "metadata.json"))
    for name, rule in MetaProperties.items():
        if rule[BundleProperty.REQUIRED] or name in ("spatial_shape", "channel_def"):
            assert parser.get(rule[BundlePropertyConfig.ID]) is not None, name


def test_monai_builds_our_network_and_our_weights_fit_it(
    saved: Path, network_branch: ImageNetworkBranch, content: dict[str, Any]
) -> None:
    from monai.bundle.config_parser import ConfigParser
    from safetensors.torch import load_file

    parser = ConfigParser()
    parser.read_config(str(saved / "configs" / "inference.json"))
    network = parser.get_parsed_content("network_def").eval()
    network.load_state_dict(load_file(saved / "models" / "cnn.safetensors"))
    image = content["network_data_format"]["inputs"]["image"]
    patch = torch.rand(2, image["num_channels"], *image["spatial_shape"])
    with torch.inference_mode():
        assert torch.equal(network(patch), network_branch.network.eval()(patch))


def test_the_range_of_the_input_is_that_of_its_intensity_step(bundle: Bundle) -> None:
    assert monai_metadata(bundle.metadata).network_data_format.inputs["image"].value_range == (0, 1)


def test_a_bundle_without_network_names_no_tensors(
    radiomics_branch: Any, builder: Callable[..., Bundle]
) -> None:
    tensors = monai_metadata(builder(radiomics_branch).metadata).network_data_format
    assert tensors.inputs == tensors.outputs == {}


def test_ours_comes_back_from_the_file(bundle: Bundle) -> None:
    assert from_json(to_json(bundle.metadata), "--bundle x") == bundle.metadata


def test_a_bundle_of_a_newer_program_asks_for_an_update(content: dict[str, Any]) -> None:
    content["tace_response"] |= {"format_version": 3, "key_of_the_future": 1}
    with pytest.raises(InputError, match=r"format_version must be <= 2, got 3; update"):
        from_json(json.dumps(content), "--bundle x")


@pytest.mark.parametrize("text", ["[]", "{}", '{"tace_response": 3}'])
def test_a_file_without_our_part_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="tace_response and its format_version"):
        from_json(text, "--bundle x")


@pytest.mark.parametrize(
    ("text", "says"), [("", "must be JSON"), ("[" * 100_000, "must be nested at most 64 deep")]
)
def test_a_file_that_is_no_sane_json_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=f"--bundle x, configs/metadata.json: {says}"):
        from_json(text, "--bundle x")


def test_the_broken_key_is_named(content: dict[str, Any]) -> None:
    content["tace_response"]["threshold"] = "0.5"
    with pytest.raises(InputError, match=r"metadata.json, tace_response.threshold: .*got '0.5'"):
        from_json(json.dumps(content), "--bundle x")


@pytest.mark.parametrize("key", ["lowest", "lowest_filtered"])
def test_a_bundle_from_before_gray_levels_had_a_lower_bound_is_refused(
    key: str, content: dict[str, Any]
) -> None:
    (radiomics,) = (b for b in content["tace_response"]["branches"] if b["kind"] == "radiomics")
    del radiomics["settings"]["extraction"][key]
    with pytest.raises(InputError, match=r"^--bundle x: branch radiomics must say where .*anew"):
        from_json(json.dumps(content), "--bundle x")
