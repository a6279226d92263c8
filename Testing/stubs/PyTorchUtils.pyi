"""The extension PyTorch; it may be absent."""

from typing import Any

class PyTorchUtilsLogic:
    @staticmethod
    def torchInstalled() -> bool: ...
    def installTorch(
        self,
        askConfirmation: bool = False,
        forceComputationBackend: str | None = None,
        torchVersionRequirement: str | None = None,
        torchvisionVersionRequirement: str | None = None,
    ) -> Any: ...
