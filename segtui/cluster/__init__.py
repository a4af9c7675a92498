"""Points to clusters: k-means in pieces, and the criteria that judge it."""
