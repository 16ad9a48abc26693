"""Keys, the encryption of emails, and keyed hashes; who may import `vault` is a list that the linter checks."""
