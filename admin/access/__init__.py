"""Who may do what: roles, permissions, and what every staff page shares."""
