// EXPECT: error
int answer() { return 42; }
