// WHIPTests
