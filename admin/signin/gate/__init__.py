"""The gate before the desk's sign-in: who passes it sees the sign-in page, and nothing more.

It stands where `DENGSHAO_GATE` says so. It never takes the place of passphrase, member code and
second factor, and it opens no key: its operator, and whoever fakes an identity there, comes as far
as a visitor of the desk comes without it (decision 90).
"""

from flask import Flask

from ...config import Config


def init_app(app: Flask, config: Config) -> None:
    """Set the gate up where one is configured; else nothing of it is even imported."""
    if config.gate.is_set:
        from .setting_up import set_up

        set_up(app, config)
