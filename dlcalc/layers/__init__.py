"""One file per kind of network layer: the lines for its shape, parameters and cost, used by topics and networks."""
