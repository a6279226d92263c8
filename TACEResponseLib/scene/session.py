"""A MRML scene without the application: Slicer's own scene, started quietly, no window.

Everything else in this folder is handed a scene and works in the application too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.errors import MissingExtraError
from TACEResponseLib.basics.writing.drafts import scratch_folder

if TYPE_CHECKING:
    import slicer

# What saving and reading need: default nodes, file formats, conversions between segmentations'
# representations, the tree. Each is registered under the name by which others look it up.
LOGICS = {
    "Colors": "vtkSlicerColorLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
}


@contextmanager
def headless_scene() -> Iterator["slicer.vtkMRMLScene"]:
    """A fresh, empty scene that can read and write files; cleared at the end.

    No node may be used after the block. VTK's errors are not silenced.

    Raises: MissingExtraError: slicer-core is not installed.
    """
    slicer = _slicer()
    with scratch_folder() as folder:
        scene = slicer.vtkMRMLScene()
        application = _start_application(slicer, scene, folder)
        logics = [_start_logic(slicer, application, scene, *entry) for entry in LOGICS.items()]
        managers = _use_cache(slicer, scene, folder / "cache")
        try:
            yield scene
        finally:
            scene.Clear(1)
            # The scene knows its logics and managers by weak references only: they had to live
            # until here.
            del logics, managers


def _slicer() -> Any:
    """The one door to slicer-core."""
    try:
        import slicer
    except ModuleNotFoundError as error:
        raise MissingExtraError("slicer-core", "scene.mrb", "scene") from error
    return slicer


def _start_application(slicer: Any, scene: Any, home: Path) -> Any:
    """The application's logic with an empty home, in which it finds no color files.

    Without a home the color logic reports errors; muting them would mute real ones too.
    """
    (home / "share" / "ColorFiles").mkdir(parents=True)
    application = slicer.vtkSlicerApplicationLogic()
    application.SetHomeDirectory(str(home))
    application.SetShareDirectory("share")
    application.SetTemporaryPath(str(home))
    application.SetMRMLScene(scene)
    return application


def _start_logic(slicer: Any, application: Any, scene: Any, name: str, kind: str) -> Any:
    """One module's logic, registered with the application."""
    logic = getattr(slicer, kind)()
    logic.SetMRMLApplicationLogic(application)
    logic.SetMRMLScene(scene)
    application.SetModuleLogic(name, logic)
    return logic


def _use_cache(slicer: Any, scene: Any, folder: Path) -> list[Any]:
    """Where bundles are packed and unpacked; without it no .mrb can be read."""
    folder.mkdir()
    cache, manager = slicer.vtkCacheManager(), slicer.vtkDataIOManager()
    cache.SetRemoteCacheDirectory(str(folder))
    manager.SetCacheManager(cache)
    scene.SetCacheManager(cache)
    scene.SetDataIOManager(manager)
    scene.SetRootDirectory(str(folder))
    return [manager, cache]
