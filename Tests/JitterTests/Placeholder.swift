// Jitter
