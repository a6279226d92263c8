"""Slicer's Python package, as far as we use it; each name is compared with the real one."""

from typing import Any

from . import util as util
from .mrml import vtkCacheManager as vtkCacheManager
from .mrml import vtkDataIOManager as vtkDataIOManager
from .mrml import vtkMRMLAbstractLayoutNode as vtkMRMLAbstractLayoutNode
from .mrml import vtkMRMLAbstractLogic as vtkMRMLAbstractLogic
from .mrml import vtkMRMLAbstractViewNode as vtkMRMLAbstractViewNode
from .mrml import vtkMRMLApplicationLogic as vtkMRMLApplicationLogic
from .mrml import vtkMRMLColorNode as vtkMRMLColorNode
from .mrml import vtkMRMLColorTableNode as vtkMRMLColorTableNode
from .mrml import vtkMRMLDisplayableNode as vtkMRMLDisplayableNode
from .mrml import vtkMRMLDisplayNode as vtkMRMLDisplayNode
from .mrml import vtkMRMLLayoutNode as vtkMRMLLayoutNode
from .mrml import vtkMRMLMessageCollection as vtkMRMLMessageCollection
from .mrml import vtkMRMLNode as vtkMRMLNode
from .mrml import vtkMRMLPlotChartNode as vtkMRMLPlotChartNode
from .mrml import vtkMRMLPlotSeriesNode as vtkMRMLPlotSeriesNode
from .mrml import vtkMRMLScalarVolumeNode as vtkMRMLScalarVolumeNode
from .mrml import vtkMRMLScene as vtkMRMLScene
from .mrml import vtkMRMLScriptedModuleNode as vtkMRMLScriptedModuleNode
from .mrml import vtkMRMLSegmentationNode as vtkMRMLSegmentationNode
from .mrml import vtkMRMLSegmentEditorNode as vtkMRMLSegmentEditorNode
from .mrml import vtkMRMLSelectionNode as vtkMRMLSelectionNode
from .mrml import vtkMRMLSliceCompositeNode as vtkMRMLSliceCompositeNode
from .mrml import vtkMRMLSliceLogic as vtkMRMLSliceLogic
from .mrml import vtkMRMLSliceNode as vtkMRMLSliceNode
from .mrml import vtkMRMLStorableNode as vtkMRMLStorableNode
from .mrml import vtkMRMLSubjectHierarchyNode as vtkMRMLSubjectHierarchyNode
from .mrml import vtkMRMLTableNode as vtkMRMLTableNode
from .mrml import vtkMRMLTextNode as vtkMRMLTextNode
from .mrml import vtkMRMLTransformableNode as vtkMRMLTransformableNode
from .mrml import vtkMRMLTransformNode as vtkMRMLTransformNode
from .mrml import vtkMRMLVolumeNode as vtkMRMLVolumeNode
from .mrml import vtkOrientedImageData as vtkOrientedImageData
from .mrml import vtkSegment as vtkSegment
from .mrml import vtkSegmentation as vtkSegmentation
from .mrml import vtkSlicerApplicationLogic as vtkSlicerApplicationLogic

class _Signals:
    """`connect` and `disconnect` of PythonQt, by the signal's signature."""

    def connect(self, signal: str, slot: Any, /) -> Any: ...
    def disconnect(self, signal: str, slot: Any, /) -> Any: ...

class qSlicerApplication(_Signals):
    def layoutManager(self) -> Any: ...
    def applicationLogic(self) -> vtkSlicerApplicationLogic: ...

class qMRMLNodeComboBox(_Signals):
    """A widget."""

    def __getattr__(self, name: str, /) -> Any: ...
    def __setattr__(self, name: str, value: Any, /) -> None: ...

class qMRMLSegmentEditorWidget(_Signals):
    """A widget."""

    def __getattr__(self, name: str, /) -> Any: ...

app: qSlicerApplication
mrmlScene: vtkMRMLScene
modules: Any
