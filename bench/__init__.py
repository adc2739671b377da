"""Speed and memory as ratios, on data that is made up here: `make bench`."""
