"""Where papers come from: arXiv's feeds, its API, its pages."""
