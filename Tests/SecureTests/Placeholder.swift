// SecureTests
