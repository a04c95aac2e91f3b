"""What dispatchers may read of sealed labels, and who of them may."""
