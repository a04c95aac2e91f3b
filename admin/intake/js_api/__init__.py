"""The form with scripts: tips and files come in sealed."""
