// Depacketize
