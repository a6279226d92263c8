"""Attention maps as files, which the panel reads and removes."""

from pathlib import Path

from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.worker.answers import SavedMap
from TACEResponseLib.worker.exchange import cut_to_content, write_volume


def write_maps(prediction: Prediction, folder: Path) -> tuple[SavedMap, ...]:
    """Every saliency map as a file."""
    maps = []
    for branch in prediction.branches:
        for sequence, saliency in branch.saliency.items():
            path = folder / f"saliency_{branch.name}_{sequence}.npy"
            image = write_volume(cut_to_content(saliency.volume), path)
            maps.append(SavedMap(branch=branch.name, sequence=sequence.value, image=image))
    return tuple(maps)
