"""What processes of tests.forked have imported before they begin: the application, and MkDocs."""

import tests.uploads  # noqa: F401
