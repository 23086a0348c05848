int answer() { return undeclared; }
