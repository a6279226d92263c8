"""Stand-in of the module `SampleData`.

Source: Slicer 583e9b37, Modules/Scripted/SampleData/SampleData.py. Sources are registered and,
when they have a downloader of their own, loaded; nothing is fetched from the network.
"""

# The names are Slicer's.
# ruff: noqa: N802, N803, N815

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import slicer

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(kw_only=True)
class SampleDataSource:
    """One sample; one or several files, all lists of the same length."""

    sampleName: Any = None
    sampleDescription: Any = None
    uris: Any = None
    fileNames: Any = None
    nodeNames: Any = None
    checksums: Any = None
    loadFiles: Any = None
    customDownloader: Callable[[SampleDataSource], Any] | None = None
    thumbnailFileName: Any = None
    loadFileTypes: Any = None
    loadFileProperties: Any = None
    loadFileType: Any = None

    def __post_init__(self) -> None:
        lists = ("fileNames", "nodeNames", "loadFiles", "loadFileTypes", "checksums")
        if isinstance(self.uris, str):
            self.uris = [self.uris]
            for name in lists:
                setattr(self, name, [getattr(self, name)])
        if self.uris is None:
            raise TypeError("object of type 'NoneType' has no len(): uris must be given")
        for name in lists:
            if getattr(self, name) is None and name != "fileNames":
                setattr(self, name, [None] * len(self.uris))
        if any(len(getattr(self, name)) != len(self.uris) for name in lists):
            raise ValueError("All fields of sample data source must have the same length")


class SampleDataLogic:
    """Registers samples in `slicer.modules.sampleDataSources` and loads them."""

    @staticmethod
    def registerCustomSampleDataCategory(category: str, title: str) -> None:
        """Name a category; new in 5.12."""
        if not hasattr(slicer.modules, "sampleDataSourceCategories"):
            slicer.modules.sampleDataSourceCategories = {}
        slicer.modules.sampleDataSourceCategories.setdefault(category, {})["title"] = title

    @staticmethod
    def registerCustomSampleDataSource(
        category: str = "Custom",
        sampleName: Any = None,
        uris: Any = None,
        fileNames: Any = None,
        nodeNames: Any = None,
        customDownloader: Any = None,
        thumbnailFileName: Any = None,
        loadFileTypes: Any = None,
        loadFiles: Any = None,
        loadFileProperties: Any = None,
        checksums: Any = None,
        loadFileType: Any = None,
    ) -> None:
        """Add a sample to a category; the same one twice is kept once."""
        if loadFileType is not None and loadFileTypes is not None:
            raise ValueError("loadFileType and loadFileTypes cannot be specified at the same time")
        source = SampleDataSource(
            sampleName=sampleName,
            uris=uris,
            fileNames=fileNames,
            nodeNames=nodeNames,
            customDownloader=customDownloader,
            thumbnailFileName=thumbnailFileName,
            loadFileTypes=loadFileTypes or loadFileType,
            loadFiles=loadFiles,
            loadFileProperties=loadFileProperties or {},
            checksums=checksums,
        )
        if not hasattr(slicer.modules, "sampleDataSources"):
            slicer.modules.sampleDataSources = {}
        sources = slicer.modules.sampleDataSources.setdefault(category, [])
        if source not in sources:
            sources.append(source)

    def sourceForSampleName(self, sampleName: str) -> Any:
        """The sample of this name, or None."""
        everything = getattr(slicer.modules, "sampleDataSources", {}).values()
        known = (source for sources in everything for source in sources)
        return next((source for source in known if source.sampleName == sampleName), None)

    def downloadFromSource(self, source: SampleDataSource) -> list[Any]:
        """Load a sample's files; its `customDownloader` is the button's alone (`setup`).

        Raises: NotImplementedError: the sample has addresses; nothing is fetched here.
        """
        if source.uris:
            raise NotImplementedError("the stand-in of Sample Data fetches nothing")
        return []

    def downloadSamples(self, sampleName: str) -> list[Any]:
        """Load a sample's files by its name."""
        source = self.sourceForSampleName(sampleName)
        return self.downloadFromSource(source) if source else []

    def downloadSample(self, sampleName: str) -> Any:
        """The first node that a sample brings.

        Raises: IndexError: it brings none.
        """
        return self.downloadSamples(sampleName)[0]


def downloadSample(sampleName: str) -> Any:
    """As the logic's, for scripts."""
    return SampleDataLogic().downloadSample(sampleName)


def downloadSamples(sampleName: str) -> list[Any]:
    """As the logic's, for scripts."""
    return SampleDataLogic().downloadSamples(sampleName)


def click(name: str) -> Any:
    """What the click on a sample's button does; the result of its own downloader.

    Raises: ValueError: no such sample, or it would need the network.
    """
    source = SampleDataLogic().sourceForSampleName(name)
    if source is None or source.customDownloader is None:
        raise ValueError(f"no sample with a downloader of its own is named {name!r}")
    return source.customDownloader(source)
