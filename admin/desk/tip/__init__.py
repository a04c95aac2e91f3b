"""One tip's page: opened, decided, answered, noted, linked, labelled."""
