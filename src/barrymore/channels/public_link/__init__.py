"""The pages behind the public link of a campaign, and the tab that opens them on a web site."""
