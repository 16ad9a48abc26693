"""What moderators do: look through the queue, decide, undo, and read what was decided."""
