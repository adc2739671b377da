"""The stages before a load, which need no server: prepare, transform, validate, and the order of the load."""
