"""What a database says of a move, and how it is closed to every writer while its last rows go."""
