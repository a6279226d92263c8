"""`configs/metadata.json`: MONAI's required fields round our own.

Source: MONAI Bundle Specification, "metadata.json File".
"""

import json
from typing import Literal

from pydantic import Field, ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.setting_words import setting_rule
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.basics.subject import part_of
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.bundle.layout import METADATA
from TACEResponseLib.bundle.metadata import FORMAT_VERSION, BundleMetadata
from TACEResponseLib.evidence.image_network.known_networks import with_names_of_today
from TACEResponseLib.evidence.image_network.part import ImageNetworkPart
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.radiomics.part import RadiomicsPart
from TACEResponseLib.imaging.settings import MrZScore

# Packages that scoring needs beside MONAI, torch and numpy.
REQUIRED_PACKAGES = ("SimpleITK", "pyradiomics", "scikit-learn", "scipy", "skops")


class TensorFormat(Settings):
    """What one input or output tensor of a network holds."""

    type: Literal["image", "tuples", "probabilities"]
    format: Literal["magnitude", "raw", "classes"]
    modality: str
    num_channels: int = Field(ge=1)
    spatial_shape: tuple[int, ...]
    dtype: Literal["float32", "float64"]
    value_range: tuple[float, ...]
    is_patch_data: bool
    channel_def: dict[str, str]


class NetworkDataFormat(Settings):
    """Inputs and outputs by name."""

    inputs: dict[str, TensorFormat]
    outputs: dict[str, TensorFormat]


class MonaiMetadata(Settings):
    """The whole file."""

    version: str
    changelog: dict[str, str]
    monai_version: str
    pytorch_version: str
    numpy_version: str
    required_packages_version: dict[str, str]
    name: str
    task: str
    description: str
    authors: str
    copyright: str
    intended_use: str
    references: tuple[str, ...]
    network_data_format: NetworkDataFormat
    tace_response: BundleMetadata


def monai_metadata(metadata: BundleMetadata) -> MonaiMetadata:
    """MONAI's fields, derived from ours."""
    versions = metadata.package_versions
    sequences = ", ".join(metadata.sequences)
    return MonaiMetadata(
        version=metadata.version,
        changelog=metadata.changelog,
        monai_version=versions.get("monai", "unknown"),
        pytorch_version=versions.get("torch", "unknown"),
        numpy_version=versions.get("numpy", "unknown"),
        required_packages_version={p: versions[p] for p in REQUIRED_PACKAGES if p in versions},
        name=metadata.title,
        task=f"Estimate the probability of {metadata.endpoint.value} to {metadata.treatment} "
        f"({metadata.criterion}, {metadata.readout}) from {sequences} and the tumor's ROI",
        description=f"{metadata.title}. Population: {metadata.population}. {NOT_A_DEVICE}",
        authors=metadata.authors,
        copyright=metadata.copyright,
        intended_use=metadata.intended_use,
        references=(metadata.citation,),
        network_data_format=_network_data_format(metadata),
        tace_response=metadata,
    )


def to_json(metadata: BundleMetadata) -> str:
    """Text of the file, same bytes each time."""
    content = monai_metadata(metadata).model_dump(mode="json")
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str, where: str) -> BundleMetadata:
    """Read and check the file.

    Raises: InputError: of a newer format (says to update), against the schema (names the key), or
        of a radiomics branch from before its gray levels had a lower bound.
    """
    text = in_format_of_today(text, where)
    try:
        metadata = MonaiMetadata.model_validate_json(text, strict=True).tace_response
    except ValidationError as error:
        raise refused(error, "configs/metadata.json", where) from error
    for part in metadata.branches:
        if isinstance(part, RadiomicsPart):
            _check_gray_levels(part, where)
    return metadata


def _check_gray_levels(part: RadiomicsPart, where: str) -> None:
    """Refuse a classifier whose features were of other gray levels; a default would mislead it."""
    if not {"lowest", "lowest_filtered"} <= part.settings.extraction.model_fields_set:
        raise InputError(
            where,
            f"branch {part.settings.name} must say where its gray levels begin (lowest and "
            "lowest_filtered of its extraction)",
            got="neither, as in bundles of earlier programs, whose features were other numbers",
            remedy="train the model anew with this program",
        )


def in_format_of_today(text: str, where: str) -> str:
    """The file as this program writes it; what is wrong with it stays for the schema to refuse.

    Raises: InputError: without a version, or of a later program.
    """
    content = parse_json(text, part_of(where, METADATA))
    try:
        version = content["tace_response"]["format_version"]
    except (TypeError, LookupError) as error:
        raise InputError(
            where,
            "configs/metadata.json must be JSON with tace_response and its format_version",
            got="JSON without them",
            remedy="get a bundle made by this program",
        ) from error
    if type(version) is int and version > FORMAT_VERSION:
        raise InputError(
            where,
            f"format_version must be <= {FORMAT_VERSION}",
            got=version,
            remedy="update TACEResponse to read this bundle",
        )
    if version != 1:
        return text
    content = with_names_of_today(content)
    content["tace_response"]["format_version"] = FORMAT_VERSION
    return json.dumps(content)


def refused(error: ValidationError, file: str, where: str) -> InputError:
    """The first broken rule of a file of the bundle, in one line."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    return InputError(
        where,
        f"{file}{', ' if key else ''}{key}: {setting_rule(first)}",
        got=repr(first["input"])[:80],
        remedy="get an unchanged copy of the bundle",
    )


def _network_data_format(metadata: BundleMetadata) -> NetworkDataFormat:
    """Tensors of every network; the first bears MONAI's usual names."""
    networks = [part for part in metadata.branches if isinstance(part, ImageNetworkPart)]
    names = ["", *(f"_{part.settings.name}" for part in networks[1:])]
    return NetworkDataFormat(
        inputs={f"image{n}": _patches(p) for n, p in zip(names, networks, strict=False)},
        outputs={f"pred{n}": _classes(p) for n, p in zip(names, networks, strict=False)},
    )


def _patches(part: ImageNetworkPart) -> TensorFormat:
    """What a network takes."""
    settings = part.settings
    channels, rows, columns = settings.input_shape
    return TensorFormat(
        type="image",
        format="magnitude",
        modality=settings.sequence.modality,
        num_channels=channels,
        spatial_shape=(rows, columns),
        dtype="float32",
        value_range=_value_range(settings),
        is_patch_data=True,
        channel_def={
            str(channel): f"{sequence.value}, {settings.patch.channel_content}"
            for channel, sequence in enumerate(settings.channel_sequences)
        },
    )


def _value_range(settings: ImageNetworkSettings) -> tuple[float, float]:
    """Of all channels, after intensity step and normalization."""
    low, high = 0.0, 1.0
    if isinstance(settings.intensity, MrZScore):
        low, high = -settings.intensity.clip, settings.intensity.clip
    if settings.normalization is None:
        return low, high
    numbers = list(zip(settings.normalization.mean, settings.normalization.sd, strict=True))
    return min((low - m) / sd for m, sd in numbers), max((high - m) / sd for m, sd in numbers)


def _classes(part: ImageNetworkPart) -> TensorFormat:
    """What a network gives: logits, of which softmax or sigmoids make probabilities."""
    classes = part.settings.classes
    return TensorFormat(
        type="probabilities",
        format="classes",
        modality="n/a",
        num_channels=len(classes),
        spatial_shape=(),
        dtype="float32",
        value_range=(),
        is_patch_data=True,
        channel_def={str(n): str(name) for n, name in enumerate(classes)},
    )
