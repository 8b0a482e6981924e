"""What we write to people: transactional mail by topic, in their language."""
