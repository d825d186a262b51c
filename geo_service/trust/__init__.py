"""Who may come in, what may leave, how long things are kept, and the proof of it."""
