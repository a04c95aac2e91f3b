"""What runs inside the sandbox: it meets the hostile file. Imports nothing of `admin`."""
