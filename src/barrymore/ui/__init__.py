"""The look of every page: shell, tokens, components and template tags; knows no other package."""
