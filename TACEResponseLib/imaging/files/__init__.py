"""From files to images and ROIs, each through one gate."""
