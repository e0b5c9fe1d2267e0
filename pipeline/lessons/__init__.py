"""What people take away from a dataset: search, clusters of lessons, lesson sets and their files, figures."""
