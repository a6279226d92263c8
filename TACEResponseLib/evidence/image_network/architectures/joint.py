"""S2's network of two inputs: image outputs and clinical values side by side."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class JointNetwork(nn.Module):
    """An image network whose outputs meet the clinical values in a small head.

    As S2's published code has it: the image outputs are normalized over the batch and rectified,
    joined by the clinical values, and pass hidden layers, each normalized and rectified; dropout
    comes before the last one.

    Source: Chen; code of the paper, `Densenet_Cli`.
    """

    def __init__(
        self,
        image: nn.Module,
        n_clinical: int,
        n_classes: int = 2,
        widths: Sequence[int] = (512, 512),
        dropout: float = 0.1,
    ) -> None:
        """Args: image: gives `n_classes` outputs; widths: of the hidden layers."""
        super().__init__()
        self.image = image
        self.image_norm = nn.Sequential(nn.BatchNorm1d(n_classes), nn.ReLU())
        layers: list[nn.Module] = []
        inputs = n_classes + n_clinical
        for width in widths:
            layers += [nn.Linear(inputs, width), nn.BatchNorm1d(width), nn.ReLU()]
            inputs = width
        self.hidden = nn.Sequential(*layers, nn.Dropout(dropout))
        self.classifier = nn.Linear(inputs, n_classes)

    def forward(self, patches: Tensor, clinical: Tensor) -> Tensor:
        """Logits (n, n_classes) of patches (n, C, H, W) and z-scored clinical values (n, m)."""
        outputs = self.image_norm(self.image(patches))
        logits: Tensor = self.classifier(self.hidden(torch.cat([outputs, clinical], dim=1)))
        return logits


class OfOnePatient(nn.Module):
    """A joint network with one patient's clinical values filled in, which takes patches alone."""

    def __init__(self, network: JointNetwork, clinical: Tensor) -> None:
        """Args: clinical: (m,), z-scored, on the network's device."""
        super().__init__()
        self.network = network
        self.register_buffer("clinical", clinical)

    def forward(self, patches: Tensor) -> Tensor:
        """Logits (n, n_classes)."""
        values = self.get_buffer("clinical").expand(len(patches), -1)
        logits: Tensor = self.network(patches, values)
        return logits
