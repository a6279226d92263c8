"""Stand-ins of the Qt side of 3D Slicer, for tests without the application.

MRML is real (slicer-core); `qt`, `ctk`, the qMRML widgets, `slicer.app`, `slicer.modules` and the
Python packages of the application are imitated on PySide6. Each refuses what the real one would
refuse, and names the file that it imitates.

    standins = install()
    standins.load_module(path)
    widget = standins.open_module("TACEResponse")
    standins.uninstall()
"""

from .installation import Standins, install

__all__ = ["Standins", "install"]
