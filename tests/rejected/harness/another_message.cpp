// EXPECT: unit mismatch
#ifdef FORETRAIN_CONTROL
int answer() { return 42; }
#else
int answer() { return undeclared; }
#endif
