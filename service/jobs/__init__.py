"""Work that nobody waits for: done by a worker after the commit that called for it, at least once."""
