"""What the newsroom and its readers are told: noted in the transaction in which it happens, sent by jobs."""
