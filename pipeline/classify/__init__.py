"""Which issues, determinants and categories a text speaks of: rules and their combination."""
