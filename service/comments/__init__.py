"""What readers do: submit, edit, delete, vote, report."""
