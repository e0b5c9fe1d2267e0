"""Thai lesson-learned reports to a structured dataset."""
