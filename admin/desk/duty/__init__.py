"""Who is on duty for P0 tips, and what one shift tells the next."""
