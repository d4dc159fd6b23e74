"""The synthetic example: real municipalities and resolutions, invented figures."""
