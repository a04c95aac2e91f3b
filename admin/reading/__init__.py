"""Pure helpers that site/hooks may import too: numerals, data files, keys.yml, law texts."""
