"""What every page of the application shares: headers, errors, forms, language."""
