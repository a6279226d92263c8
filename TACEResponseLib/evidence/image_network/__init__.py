"""The image network branch: architectures, inference, saliency, fitting."""
