"""What can be wrong with a rulebook: one kind of mistake a file, each found with its line and a hint."""
