"""Questions about papers, answered from their own sentences or not at all; two papers side by side."""
