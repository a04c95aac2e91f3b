"""How quickly a process answers, told in lots: no single request shows."""
