"""What is only kept while somebody disputes it (GDPR, article 18): locked, decided, told, lifted."""
