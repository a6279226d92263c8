"""Starts the real MRML scene with the logics that a panel meets.

Source: slicer-core 5.12.4; Slicer, Base/QTCore/qSlicerCoreApplication.cxx (the order of start).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import slicer

if TYPE_CHECKING:
    from pathlib import Path

SCHEMAS = "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas"
LOGICS = {
    "Colors": "vtkSlicerColorLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A running scene; the logics live as long as this object."""

    scene: Any
    application: Any
    logics: dict[str, Any]
    managers: tuple[Any, ...]

    def stop(self) -> None:
        """Empty the scene, singletons too; nobody hears of its end."""
        self.scene.Clear(1)
        self.scene.RemoveAllObservers()


def start_scene(folder: Path) -> Scene:
    """A fresh scene below a folder that holds its caches."""
    home = folder / "home"
    (home / "share" / "ColorFiles").mkdir(parents=True)
    scene, logic = slicer.vtkMRMLScene(), slicer.vtkSlicerApplicationLogic()
    logic.SetHomeDirectory(str(home))
    logic.SetShareDirectory("share")
    logic.SetTemporaryPath(str(folder))
    logic.SetMRMLScene(scene)
    terms = _write_terminologies(folder / "terminologies")
    logics = {name: _start(kind, name, logic, scene, terms) for name, kind in LOGICS.items()}
    return Scene(
        scene=scene, application=logic, logics=logics, managers=_start_caches(scene, folder)
    )


# The three files that the logic of Terminologies wants at start, with one entry each.
TERMINOLOGIES = {
    "SegmentationCategoryTypeModifier-SlicerGeneralAnatomy.term.json": "3D Slicer General Anatomy",
    "SegmentationCategoryTypeModifier-DICOM-Master.term.json": "DICOM master",
    "AnatomicRegionAndModifier-DICOM-Master.term.json": "DICOM master",
}


def _write_terminologies(folder: Path) -> Path:
    folder.mkdir()
    for file, name in TERMINOLOGIES.items():
        is_region = file.startswith("Anatomic")
        content = _regions(name) if is_region else _categories(name)
        (folder / file).write_text(json.dumps(content), encoding="utf-8")
    return folder


def _categories(name: str) -> dict[str, Any]:
    neoplasm = {**_code("108369006", "Neoplasm"), "recommendedDisplayRGBValue": [144, 238, 144]}
    category = {**_code("49755003", "Morphologically Altered Structure"), "showAnatomy": "true"}
    return {
        "SegmentationCategoryTypeContextName": f"Segmentation category and type - {name} list",
        "@schema": f"{SCHEMAS}/segment-context-schema.json#",
        "SegmentationCodes": {"Category": [{**category, "Type": [neoplasm]}]},
    }


def _regions(name: str) -> dict[str, Any]:
    return {
        "AnatomicContextName": f"Anatomic codes - {name} list",
        "@schema": f"{SCHEMAS}/anatomic-context-schema.json#",
        "AnatomicCodes": {"AnatomicRegion": [_code("10200004", "Liver")]},
    }


def _code(value: str, meaning: str) -> dict[str, Any]:
    return {"CodingSchemeDesignator": "SCT", "CodeValue": value, "CodeMeaning": meaning}


def _start(kind: str, name: str, application: Any, scene: Any, terms: Path) -> Any:
    logic = getattr(slicer, kind)()
    if name == "Terminologies":
        logic.SetModuleShareDirectory(str(terms))
    logic.SetMRMLApplicationLogic(application)
    logic.SetMRMLScene(scene)
    application.SetModuleLogic(name, logic)
    return logic


def _start_caches(scene: Any, folder: Path) -> tuple[Any, ...]:
    cache, manager = slicer.vtkCacheManager(), slicer.vtkDataIOManager()
    (folder / "cache").mkdir()
    cache.SetRemoteCacheDirectory(str(folder / "cache"))
    manager.SetCacheManager(cache)
    scene.SetCacheManager(cache)
    scene.SetDataIOManager(manager)
    scene.SetRootDirectory(str(folder))
    return manager, cache
