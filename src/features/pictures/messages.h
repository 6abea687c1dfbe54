// What is said about a person's picture.
#pragma once

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::pictures {

struct PictureView {
    std::string profile_picture; // a path of this server, another one for each upload
};
BOOST_DESCRIBE_STRUCT(PictureView, (), (profile_picture))

struct PictureQuery {
    std::optional<std::string> v; // tells uploads apart for caches; the newest is what is answered
    std::optional<std::int64_t> size; // 64 or 256 pixels
};
BOOST_DESCRIBE_STRUCT(PictureQuery, (), (v, size))

} // namespace gatehouse::pictures
