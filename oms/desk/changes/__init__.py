"""What staff do to orders: hold, let go on, cancel, refund; one or many, seen before it is done."""
