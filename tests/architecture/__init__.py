"""What the source as a whole promises: direction of imports, sizes, words, diagrams."""
