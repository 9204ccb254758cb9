"""Settings, addresses and processes: the only place that wires the house together."""
