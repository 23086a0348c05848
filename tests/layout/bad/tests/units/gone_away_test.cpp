// mirrors no header
TEST_CASE("this; and that") {}
