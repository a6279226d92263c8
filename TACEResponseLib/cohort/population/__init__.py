"""Whose patients a table holds, as counted from it, beside whom a model is made for."""
