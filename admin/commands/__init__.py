"""What an operator types after `dengshao`: names, options and their help.

The work is done elsewhere, and imported when it is asked for: `dengshao … --help` answers without
Flask and without a database, makes no file and touches no store.
"""
