"""Text messages: that a parcel is on its way, to whoever wants them; a breach, where no mail arrives."""
