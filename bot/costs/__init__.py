"""What model calls cost: prices, the budget that is looked at before each call, the account kept after it, reports."""
