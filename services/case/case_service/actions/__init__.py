"""What is done in one unit of work, for whoever asks: RPCs, handlers, timers and jobs."""
