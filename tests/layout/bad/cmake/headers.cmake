set(FORETRAIN_HEADERS
    version.hpp
    units/listed_twice.hpp
    units/listed_twice.hpp
    units/gone.hpp
)
