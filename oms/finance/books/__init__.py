"""What happened to orders in money, from the ledgers, and the entries that every report is the sum of."""
