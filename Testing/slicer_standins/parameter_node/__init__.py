"""Stand-in of the package `slicer.parameterNodeWrapper`, on real vtkMRMLScriptedModuleNode.

Source: Slicer, Base/Python/slicer/parameterNodeWrapper/. Values are stored under the same names and
in the same text as there. Stricter than Slicer: an attribute that isn't a parameter can't be set.
Not imitated, and refused: dict, tuple, Any, QColor, FloatRange, generated panels.
"""

from .annotations import (
    Choice,
    Decimals,
    Default,
    Exclude,
    IsInstance,
    Maximum,
    Minimum,
    NotNone,
    SingleStep,
    Validator,
    WithinRange,
)
from .pack import isParameterPack, parameterPack
from .wrapper import isParameterNodeWrapper, parameterNodeWrapper

SlicerParameterNamePropertyName = "SlicerParameterName"

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "Exclude",
    "IsInstance",
    "Maximum",
    "Minimum",
    "NotNone",
    "SingleStep",
    "SlicerParameterNamePropertyName",
    "Validator",
    "WithinRange",
    "isParameterNodeWrapper",
    "isParameterPack",
    "parameterNodeWrapper",
    "parameterPack",
]
