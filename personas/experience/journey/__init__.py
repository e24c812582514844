"""The journey: who was where, how it felt, who is lost, what follows what, and the path that many share."""
