"""`dengshao setup` and `dengshao site`: what a district is asked once, and what is written of it.

The questions are data (questions.py), their answers a table that TOML keeps; what is written is
made of the answers by pure functions (settings.py, proxy.py, units.py, district.py), and one writer
alone touches the machine (writing.py).
"""
