"""Who tries to narrow what is withheld, with all that was ever published.

Wants scipy, the optional extra `counts`: only what publishes imports this package, never the app.
"""
