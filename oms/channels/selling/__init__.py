"""What marketplaces sold: their orders become ours, with their figures and without their people."""
