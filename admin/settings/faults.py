"""What stops a start: a setting that can't be as it is."""


class ConfigError(Exception):
    """The process can't start as configured. The message is one sentence that says what to do."""
