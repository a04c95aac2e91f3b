"""For how long words are kept: holds, what a reporter is told, the journal of deletions."""
