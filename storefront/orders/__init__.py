"""The order page: for whoever proves to be its buyer, account or guest; status only for everybody else."""
