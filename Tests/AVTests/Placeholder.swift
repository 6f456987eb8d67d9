// AVTests
