// has no test case
