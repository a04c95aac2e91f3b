"""The edge: what stands beside nginx, and alone sees from where people come.

It keeps the log that the law asks for, sealed to holders outside of the office, and gives the app a
token that changes with the day instead of an address. No Flask, no database: it may run on a
machine of its own.
"""
