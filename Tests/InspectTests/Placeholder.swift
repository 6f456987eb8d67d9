// InspectTests
