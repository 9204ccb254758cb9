"""Forms on web sites: a page without script that takes words and files."""
