"""The running analysis in plain Python, without a terminal: history, results, jobs, autosave."""
