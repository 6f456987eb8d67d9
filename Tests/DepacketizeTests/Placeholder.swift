// DepacketizeTests
