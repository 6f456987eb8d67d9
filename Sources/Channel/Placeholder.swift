// Channel
