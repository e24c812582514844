"""Tables and plots of stage 03 for the notebook."""
