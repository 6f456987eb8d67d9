// PatternTests
