"""The first stage of an order's life: from the last page of the checkout to the wait for its payment."""
