"""How the spam defence and the moderators do: counted by hour, answered with intervals."""
