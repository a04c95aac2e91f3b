"""What others made and we use: under which licence, and with which known faults."""
