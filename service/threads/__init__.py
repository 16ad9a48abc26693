"""The read model: what readers see of a page, prepared once as bytes and served many times."""
