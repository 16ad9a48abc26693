"""What a comment is and what may happen to it: plain Python, no framework, no I/O."""
