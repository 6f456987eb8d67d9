// SRTPTests
