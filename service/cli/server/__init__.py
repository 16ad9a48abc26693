"""The HTTP server: who listens (`supervisor`), what a process serves (`process`), how (`protocol`, `bridge`)."""
