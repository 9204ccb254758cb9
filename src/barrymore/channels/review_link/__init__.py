"""The way to the page where public reviews are written: through us, so that it is counted."""
