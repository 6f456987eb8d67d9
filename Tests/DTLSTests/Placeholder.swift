// DTLSTests
