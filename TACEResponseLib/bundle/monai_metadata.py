"""`configs/metadata.json`: MONAI's required fields round our own.

Source: MONAI Bundle Specification, "metadata.json File".
"""

import json

from pydantic import ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.setting_words import setting_rule
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.basics.subject import part_of
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.bundle.counted import criterion_words, readout_words
from TACEResponseLib.bundle.layout import METADATA
from TACEResponseLib.bundle.metadata import FORMAT_VERSION, BundleMetadata
from TACEResponseLib.evidence.kinds import of_today
from TACEResponseLib.evidence.monai_network import TensorFormat

# Packages that scoring needs beside MONAI, torch and numpy.
REQUIRED_PACKAGES = ("SimpleITK", "pyradiomics", "scikit-learn", "scipy", "skops")


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
        f"({criterion_words(metadata)}, {readout_words(metadata)}) from {sequences} and the "
        "tumor's ROI",
        description=f"{metadata.title}. Made for: {metadata.population}. {NOT_A_DEVICE}",
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
        part.check_up_to_date(where)
    return metadata


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
    content = of_today(content)
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
    names = ["", *(f"_{name}" for name in list(metadata.monai_networks)[1:])]
    networks = list(zip(names, metadata.monai_networks.values(), strict=False))
    return NetworkDataFormat(
        inputs={f"image{name}": network.takes for name, network in networks},
        outputs={f"pred{name}": network.gives for name, network in networks},
    )
