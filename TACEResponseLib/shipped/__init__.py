"""How the bundles that ship were made."""
