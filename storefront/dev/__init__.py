"""What a developer needs beside the shop; production has none of it."""
