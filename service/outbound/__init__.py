"""The one way out: everything that the service asks of other machines over HTTP goes through here, guarded."""
