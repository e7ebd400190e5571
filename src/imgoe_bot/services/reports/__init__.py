"""What was kept and how the work goes, for whoever asks."""
