"""The only room that speaks SQL: tables, queries by noun, transactions, migrations."""
