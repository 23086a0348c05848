// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "../cost/carbon.hpp"
#include "../units/literals.hpp"

// Grids: carbon intensity of electricity by cloud region and by country, yearly averages.
//
// Regions are those of Google Cloud, whose grids other clouds in the same place share; countries are the 45 that
// generate most. No source of typical days is free to copy, so `profile` is nowhere set: give your own (a grid
// operator's hourly mix), and hours stay unknown until then. Life-cycle figures of single sources of energy, for
// contracts that can be matched by the hour, are at the end.

namespace foretrain::inline v0::catalog {

namespace detail {

[[nodiscard]] constexpr Grid yearly(std::string_view name, double grams_per_kwh, std::string_view source,
                                    std::string_view date) noexcept {
    return {.name = name,
            .average = make<CarbonIntensity>(grams_per_kwh / 3.6e6),
            .profile = std::nullopt,
            .provenance = {source, date, Evidence::measured}};
}
[[nodiscard]] constexpr Grid google_region(std::string_view name, double grams, std::string_view date) noexcept {
    return yearly(name, grams, "GoogleCloudPlatform/region-carbon-info@49f3f26 data/yearly", date);
}
[[nodiscard]] constexpr Grid country(std::string_view name, double grams, std::string_view date) noexcept {
    return yearly(name, grams, "mlco2/codecarbon@b05965e global_energy_mix.json (Our World in Data, Ember)", date);
}
[[nodiscard]] constexpr Grid source_of_energy(std::string_view name, double grams) noexcept {
    return yearly(name, grams, "mlco2/codecarbon carbon_intensity_per_source.json, life cycle", "2019");
}

inline constexpr std::array all_grids_{
    google_region("africa-south1", 656.85, "2024"),          // Johannesburg
    google_region("asia-east1", 439.29, "2024"),             // Taiwan
    google_region("asia-east2", 505.02, "2024"),             // Hong Kong
    google_region("asia-northeast1", 452.85, "2024"),        // Tokyo
    google_region("asia-northeast2", 296.19, "2024"),        // Osaka
    google_region("asia-northeast3", 356.57, "2024"),        // Seoul
    google_region("asia-south1", 678.76, "2024"),            // Mumbai
    google_region("asia-south2", 531.83, "2024"),            // Delhi
    google_region("asia-southeast1", 366.85, "2024"),        // Singapore
    google_region("asia-southeast2", 560.55, "2024"),        // Jakarta
    google_region("australia-southeast1", 497.5, "2024"),    // Sydney
    google_region("australia-southeast2", 454.37, "2024"),   // Melbourne
    google_region("europe-central2", 642.88, "2024"),        // Warsaw
    google_region("europe-north1", 39.32, "2024"),           // Finland
    google_region("europe-north2", 2.73, "2024"),            // Stockholm
    google_region("europe-southwest1", 89.04, "2024"),       // Madrid
    google_region("europe-west1", 103.37, "2024"),           // Belgium
    google_region("europe-west10", 275.82, "2024"),          // Berlin
    google_region("europe-west12", 201.69, "2024"),          // Turin
    google_region("europe-west2", 105.94, "2024"),           // London
    google_region("europe-west3", 275.82, "2024"),           // Frankfurt
    google_region("europe-west4", 208.81, "2024"),           // Eemshaven
    google_region("europe-west6", 15.05, "2024"),            // Zurich
    google_region("europe-west8", 201.69, "2024"),           // Milan
    google_region("europe-west9", 16.3, "2024"),             // Paris
    google_region("me-central1", 366, "2024"),               // Doha
    google_region("me-central2", 382.23, "2024"),            // Dammam
    google_region("me-west1", 433.75, "2024"),               // Tel Aviv
    google_region("northamerica-northeast1", 5.48, "2024"),  // Montreal
    google_region("northamerica-northeast2", 58.56, "2024"), // Toronto
    google_region("northamerica-south1", 305, "2024"),       // Mexico
    google_region("southamerica-east1", 67.32, "2024"),      // Sao Paulo
    google_region("southamerica-west1", 238, "2024"),        // Santiago
    google_region("us-central1", 412.72, "2024"),            // Iowa
    google_region("us-central2", 372.23, "2024"),            // Oklahoma
    google_region("us-east1", 575.77, "2024"),               // South Carolina
    google_region("us-east2", 340.42, "2024"),               // Georgia
    google_region("us-east4", 323.05, "2024"),               // Northern Virginia
    google_region("us-east5", 323.05, "2024"),               // Columbus
    google_region("us-south1", 302.95, "2024"),              // Dallas
    google_region("us-west1", 79.23, "2024"),                // Oregon
    google_region("us-west2", 169.28, "2024"),               // Los Angeles
    google_region("us-west3", 555.17, "2024"),               // Salt Lake City
    google_region("us-west4", 357.3, "2024"),                // Las Vegas
    country("algeria", 634.611, "2022"),
    country("argentina", 354.103, "2023"),
    country("australia", 548.692, "2023"),
    country("bangladesh", 691.411, "2023"),
    country("belgium", 138.107, "2023"),
    country("brazil", 98.348, "2023"),
    country("canada", 170.043, "2023"),
    country("chile", 291.113, "2023"),
    country("china", 582.317, "2023"),
    country("colombia", 259.511, "2023"),
    country("czechia", 449.724, "2023"),
    country("egypt", 570.306, "2023"),
    country("finland", 79.158, "2023"),
    country("france", 56.039, "2023"),
    country("germany", 380.95, "2023"),
    country("india", 713.441, "2023"),
    country("indonesia", 675.931, "2022"),
    country("iran", 655.125, "2023"),
    country("iraq", 688.814, "2022"),
    country("italy", 330.718, "2023"),
    country("japan", 485.392, "2023"),
    country("kazakhstan", 821.391, "2023"),
    country("kuwait", 649.163, "2023"),
    country("malaysia", 605.831, "2022"),
    country("mexico", 507.245, "2023"),
    country("netherlands", 267.622, "2023"),
    country("norway", 30.08, "2023"),
    country("pakistan", 440.608, "2023"),
    country("philippines", 610.688, "2023"),
    country("poland", 661.926, "2023"),
    country("russia", 441.039, "2023"),
    country("saudi-arabia", 706.791, "2022"),
    country("south-africa", 707.686, "2023"),
    country("south-korea", 430.567, "2023"),
    country("spain", 174.05, "2023"),
    country("sweden", 40.695, "2023"),
    country("taiwan", 642.378, "2023"),
    country("thailand", 549.583, "2023"),
    country("turkey", 464.586, "2023"),
    country("ukraine", 259.693, "2022"),
    country("united-arab-emirates", 561.135, "2022"),
    country("united-kingdom", 237.589, "2023"),
    country("united-states", 369.473, "2023"),
    country("venezuela", 185.802, "2022"),
    country("vietnam", 475.449, "2023"),
    source_of_energy("coal", 995),
    source_of_energy("petroleum", 816),
    source_of_energy("natural-gas", 743),
    source_of_energy("geothermal", 38),
    source_of_energy("hydroelectricity", 26),
    source_of_energy("nuclear", 29),
    source_of_energy("solar", 48),
    source_of_energy("wind", 26),
};

} // namespace detail

/// All grids, by name.
inline constexpr const auto& all_grids = detail::all_grids_;

/// The grid of a region ("us-central1"), a country ("france") or a source of energy ("wind"), or null.
[[nodiscard]] constexpr const Grid* find_grid(std::string_view name) noexcept {
    for (const Grid& grid : all_grids)
        if (grid.name == name) return &grid;
    return nullptr;
}

} // namespace foretrain::inline v0::catalog
