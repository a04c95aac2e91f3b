"""Whatever dies, no acknowledged tip may be lost: rounds in which a part of the whole is killed.

`make crash` runs two real nodes behind nginx on PostgreSQL and an S3 server, lets reporters send
sealed tips and files, and meanwhile kills, fills or cuts off one part. What each was answered is
then held against what lies there and opens by its unit.
"""
