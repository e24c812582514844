"""What comes of it: recovery after complaints, the business case, who is loyal, at risk or next, who buys."""
