"""Trained models on disk: a folder or zip laid out as a MONAI bundle, verified before use."""

from TACEResponseLib.bundle.archive import zip_bundle
from TACEResponseLib.bundle.bundle import Bundle, describe_branches
from TACEResponseLib.bundle.cards.card import model_card
from TACEResponseLib.bundle.finding import installed_bundles
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.bundle.writing import save_bundle

__all__ = [
    "Bundle",
    "BundleMetadata",
    "describe_branches",
    "installed_bundles",
    "load_bundle",
    "model_card",
    "save_bundle",
    "zip_bundle",
]
