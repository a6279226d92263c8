"""Slicer's VTK is VTK's own; its types are those that the package ships."""

from collections.abc import Callable
from typing import Any, TypeVar

from vtkmodules.vtkCommonCore import vtkAbstractArray as vtkAbstractArray
from vtkmodules.vtkCommonCore import vtkCommand as vtkCommand
from vtkmodules.vtkCommonCore import vtkStringArray as vtkStringArray
from vtkmodules.vtkCommonMath import vtkMatrix4x4 as vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkTextActor as vtkTextActor

VTK_OBJECT: str
Observer = TypeVar("Observer", bound=Callable[..., Any])

def calldata_type(type: Any) -> Callable[[Observer], Observer]: ...
