"""The panel of the module TACE Response: one section a file; Qt lives here only."""
