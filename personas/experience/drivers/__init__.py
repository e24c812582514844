"""What moves recommendation, satisfaction or staying: importance, performance, penalty and reward, what-if."""
