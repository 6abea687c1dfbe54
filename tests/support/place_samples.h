// Small files in MaxMind's format, written by hand: a tree over 128 bits, and one entry for each
// network.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::testing {

class PlaceSample {
public:
    // An IPv4 network `a.b.c.0/24`; an empty city is left out.
    void add(std::array<std::uint8_t, 3> network, std::string_view country, std::string_view city)
    {
        std::vector<bool> bits(96, false);
        for (auto const byte : network)
            for (int bit = 7; bit >= 0; --bit)
                bits.push_back(((byte >> bit) & 1) != 0);
        std::size_t node = 0;
        for (std::size_t at = 0; at + 1 < bits.size(); ++at) {
            auto const next = nodes_[node][bits[at]];
            if (next.is_node) {
                node = next.value;
                continue;
            }
            nodes_.emplace_back();
            nodes_[node][bits[at]] = {true, nodes_.size() - 1};
            node = nodes_.size() - 1;
        }
        nodes_[node][bits.back()] = {false, data_.size() + 1};
        append_entry(country, city);
    }

    std::string bytes() const
    {
        std::string file;
        auto const count = nodes_.size();
        for (auto const& node : nodes_)
            for (auto const& side : node) {
                auto const value = side.is_node ? side.value
                    : side.value == 0           ? count // nothing is known there
                                                : count + 16 + side.value - 1;
                append_number(file, value, 3);
            }
        file.append(16, '\0').append(data_);
        return file + "\xab\xcd\xefMaxMind.com" + metadata(count);
    }

private:
    struct Side {
        bool is_node = false;
        std::size_t value = 0; // the node; or 1 behind the place of the entry, 0 for none
    };

    static void append_number(std::string& into, std::uint64_t number, int bytes)
    {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
            into += static_cast<char>((number >> shift) & 0xFF);
    }
    static std::string text(std::string_view value)
    {
        return static_cast<char>(2 << 5 | value.size()) + std::string(value); // up to 28 bytes
    }
    static std::string map(std::size_t members) { return {static_cast<char>(7 << 5 | members)}; }
    static std::string number(int type, std::uint64_t value, int bytes)
    {
        std::string made;
        if (type > 7) {
            made += static_cast<char>(bytes);
            made += static_cast<char>(type - 7);
        } else {
            made += static_cast<char>(type << 5 | bytes);
        }
        append_number(made, value, bytes);
        return made;
    }

    void append_entry(std::string_view country, std::string_view city)
    {
        data_ += map(city.empty() ? 1 : 2);
        data_ += text("country") + map(1) + text("iso_code") + text(country);
        if (!city.empty())
            data_ += text("city") + map(1) + text("names") + map(1) + text("en") + text(city);
    }

    static std::string metadata(std::size_t nodes)
    {
        std::string const no_languages{'\0', '\4'}; // an array of nothing
        return map(9) + text("node_count") + number(6, nodes, 4) + text("record_size")
            + number(5, 24, 2) + text("ip_version") + number(5, 6, 2) + text("database_type")
            + text("Sample") + text("languages") + no_languages
            + text("binary_format_major_version") + number(5, 2, 2)
            + text("binary_format_minor_version") + number(5, 0, 2) + text("build_epoch")
            + number(9, 1'700'000'000, 8) + text("description") + map(0);
    }

    std::vector<std::array<Side, 2>> nodes_{1};
    std::string data_;
};

} // namespace gatehouse::testing
