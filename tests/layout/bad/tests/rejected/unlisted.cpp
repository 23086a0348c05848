// EXPECT: x
