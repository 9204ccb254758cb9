"""The page of shared results, behind a link."""
