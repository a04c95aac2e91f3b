"""From what is counted to a publication: a draft, a second person who confirms it, a file."""
