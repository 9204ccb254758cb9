"""Walk the product in a browser and photograph it: `make shots`."""
