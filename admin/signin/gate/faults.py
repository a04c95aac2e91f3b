"""Why somebody did not pass the gate."""


class GateDown(Exception):
    """The gate gave no answer that can be used. The message is a code of ours, for the log."""


class NotPassed(Exception):
    """The gate did not vouch for anybody, or not in a way that counts. The message is a code."""
