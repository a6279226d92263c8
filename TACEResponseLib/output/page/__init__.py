"""A page of HTML: typed blocks, templates, one style sheet."""
