"""A paper's figures: which ones tell most, whether they may be shown, and their pictures, made small and harmless."""
