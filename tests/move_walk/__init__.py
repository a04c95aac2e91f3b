"""Moves a store that takes tips meanwhile from SQLite and a folder to PostgreSQL and S3, and back.

`make move-walk`: 20,000 tips, 2,000 files, ten kills (-9) at random moments, three of them while
the form is closed; two nodes take tips, one reads. Nothing is lost, nothing is there twice, every
receipt is answered, the sign-in is good, and the old place serves no more.
"""
