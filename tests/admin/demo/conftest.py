"""A demo, made once a session: its passphrases cost seconds."""

from tests.live import demo, demo_store  # noqa: F401
