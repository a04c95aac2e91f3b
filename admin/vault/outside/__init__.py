"""What is kept of packages for organs outside: the rows, and the sealed records of what left."""
