"""This service and its peers under the same load in one run: `make bench` and `make bench-scale`."""
