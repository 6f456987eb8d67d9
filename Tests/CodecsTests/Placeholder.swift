// CodecsTests
