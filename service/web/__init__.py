"""What every endpoint shares: reading requests, refusing them, describing them."""
