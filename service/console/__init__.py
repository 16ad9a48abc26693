"""The page where moderators and admins spend their day: a shell in HTML over the same API that everybody uses."""
