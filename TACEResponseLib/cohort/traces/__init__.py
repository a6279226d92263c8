"""By what a patient is known again under another id: voxels, features, the id in the header."""
