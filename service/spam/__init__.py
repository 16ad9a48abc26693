"""Judges comments: every check runs, all evidence is kept, and a policy per site draws the conclusion."""
