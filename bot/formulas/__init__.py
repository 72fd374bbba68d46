"""Pictures of formulas that Unicode cannot set, for platforms that set none themselves."""
