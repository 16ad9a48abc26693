"""A learning filter in plain Python: what comments look like, a prior that ships, and a model per site."""
