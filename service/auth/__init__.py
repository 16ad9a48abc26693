"""Who is calling: tokens, accounts, and what their roles permit."""
