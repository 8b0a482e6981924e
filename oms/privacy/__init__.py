"""The person's rights: plans of erasure, requests, retention, copies, certificates."""
