// JitterTests
