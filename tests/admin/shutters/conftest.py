"""A store with something in every table."""

from tests.admin.backup.conftest import receipt, store  # noqa: F401
