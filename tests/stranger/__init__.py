"""A stranger's path: a minimal Debian without a network, and the artefact alone. `make stranger`.

`machine.py` is the computer: its own network (none but loopback), processes and files, with systemd
where this machine lets it run. `steps/` is what a contractor does on it, in order, as typed: each
command and each minute is counted. What stands in for somebody else is `run`, and not counted.
"""
