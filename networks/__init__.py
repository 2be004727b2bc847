"""One module a network: reads its feeds and writes to it, and tells what it permits and how its calls failed."""
