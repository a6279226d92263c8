"""What is installed here: versions, devices and bundles."""

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle.finding import installed_bundles
from TACEResponseLib.bundle.reading import read_metadata
from TACEResponseLib.bundle.words import endpoint_phrase
from TACEResponseLib.result.provenance import installed_version, package_versions


def installation() -> str:
    """Versions, devices and installed bundles, as text."""
    versions = {**package_versions(), "slicer-core": installed_version("slicer-core")}
    lines = ["Versions", *(f"  {name} {version}" for name, version in versions.items())]
    lines += ["Devices", *(f"  {device}" for device in _devices())]
    return "\n".join([*lines, "Bundles", *_bundles()])


def _devices() -> list[str]:
    """What networks can run on here."""
    import torch

    cuda = [f"cuda: {torch.cuda.get_device_name(n)}" for n in range(torch.cuda.device_count())] or [
        "cuda: none"
    ]
    return [f"cpu: {torch.get_num_threads()} threads", *cuda]


def _bundles() -> list[str]:
    """One line an installed bundle: what it reads and what it was trained on."""
    lines = []
    for path in installed_bundles():
        meta = read_metadata(path)
        cohort = meta.cohorts[CohortRole.TRAINING]
        kind = "simulated patients" if meta.simulated else "patients"
        lines.append(
            f"  {meta.bundle_id}: {', '.join(meta.sequences)}; {endpoint_phrase(meta)}; "
            f"trained on {cohort.n} {kind}"
        )
    return lines or ["  none installed"]
