"""Networks that a bundle may name; those that MONAI has are MONAI's."""
