"""What admins do through the API: sites, tokens, accounts, and what the law asks for about one email."""
