// ChannelTests
