"""What a node tells to who watches over it: Prometheus' text, on a local port or in a file."""
