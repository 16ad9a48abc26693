"""How often anybody may do anything: the table of limits, and the limiter that counts in Redis."""
