"""Paper: address labels and packing slips as pages and PDF, in any script that our fonts have."""
