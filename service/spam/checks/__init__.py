"""One file per check: a pure function from the new comment and the facts to a signal or nothing."""
