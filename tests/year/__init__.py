"""A year of all that moves, ends, holds and hides tips, beside a model of what each must be."""
