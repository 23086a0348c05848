// EXPECT: undeclared
int answer() { return undeclared; }
