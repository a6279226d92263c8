"""How far readers and measurements agree."""
