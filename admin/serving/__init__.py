"""The server, its workers, the sweep, and how a command opens an installation."""
