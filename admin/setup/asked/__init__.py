"""What is asked, how it is asked, and what may be answered."""
