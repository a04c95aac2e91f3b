"""What is written of the answers, made by pure functions and put in place by one writer."""
