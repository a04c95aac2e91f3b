"""Official law texts, imported into the data folder."""
