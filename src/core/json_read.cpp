// Reading JSON: Boost's parser for the grammar, and on top of it what it is lenient about.
#include "core/json.h"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace gatehouse::json {
namespace {

using Code = boost::json::error_code;
using Text = boost::json::string_view;

// Builds the value while the parser walks the text. Every callback returns false to stop it.
class Builder {
public:
    constexpr static std::size_t max_object_size = std::size_t(-1);
    constexpr static std::size_t max_array_size = std::size_t(-1);
    constexpr static std::size_t max_key_size = std::size_t(-1);
    constexpr static std::size_t max_string_size = std::size_t(-1);

    explicit Builder(Limits limits)
        : limits_(limits)
    {
    }

    std::optional<ParseError> refusal() const { return refusal_; }
    Value take() { return std::move(root_); }

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }

    bool on_object_begin(Code& ec) { return open(Value(Object()), ec); }
    bool on_object_end(std::size_t, Code& ec)
    {
        if (repeats_a_name(*open_.back()->object()))
            return refuse(ParseError::duplicate_name, ec);
        open_.pop_back();
        return true;
    }
    bool on_array_begin(Code& ec) { return open(Value(Array()), ec); }
    bool on_array_end(std::size_t, Code&)
    {
        open_.pop_back();
        return true;
    }

    bool on_key_part(Text part, std::size_t, Code&) { return hold(part); }
    bool on_key(Text part, std::size_t, Code&)
    {
        hold(part);
        open_.back()->object()->push_back({std::exchange(held_, {}), Value()});
        return true;
    }
    bool on_string_part(Text part, std::size_t, Code&) { return hold(part); }
    bool on_string(Text part, std::size_t, Code& ec)
    {
        hold(part);
        return add(Value(std::exchange(held_, {})), ec) != nullptr;
    }

    bool on_number_part(Text part, Code& ec)
    {
        hold(part);
        if (held_.size() > limits_.number_length)
            return refuse(ParseError::number_out_of_range, ec);
        return true;
    }
    bool on_int64(std::int64_t, Text part, Code& ec) { return on_number(part, ec); }
    bool on_uint64(std::uint64_t, Text part, Code& ec) { return on_number(part, ec); }
    bool on_double(double, Text part, Code& ec) { return on_number(part, ec); }

    bool on_bool(bool value, Code& ec) { return add(Value(value), ec) != nullptr; }
    bool on_null(Code& ec) { return add(Value(), ec) != nullptr; }

    bool on_comment_part(Text, Code& ec) { return refuse(ParseError::malformed, ec); }
    bool on_comment(Text, Code& ec) { return refuse(ParseError::malformed, ec); }

private:
    bool refuse(ParseError error, Code& ec)
    {
        refusal_ = error;
        ec = boost::json::error::exception; // any: the parser only has to stop
        return false;
    }

    bool hold(Text part)
    {
        held_.append(part.data(), part.size());
        return true;
    }

    // The parser's own numbers are not used: it rounds some doubles wrongly and turns integers that
    // are too large into doubles. The text is exact.
    bool on_number(Text part, Code& ec)
    {
        if (!on_number_part(part, ec))
            return false;
        auto const text = std::exchange(held_, {});
        auto const* const end = text.data() + text.size();
        std::from_chars_result read{};
        Value value;
        bool negative_zero = false;
        if (text.find_first_of(".eE") == std::string::npos) {
            std::int64_t integer = 0;
            read = std::from_chars(text.data(), end, integer);
            negative_zero = integer == 0 && text.front() == '-';
            value = integer;
        } else {
            double number = 0;
            read = std::from_chars(text.data(), end, number);
            negative_zero = number == 0 && std::signbit(number);
            value = number;
        }
        if (read.ec != std::errc() || read.ptr != end || negative_zero)
            return refuse(ParseError::number_out_of_range, ec);
        return add(std::move(value), ec) != nullptr;
    }

    // Puts the value where the text has it. Null when there are too many.
    Value* add(Value&& value, Code& ec)
    {
        if (++count_ > limits_.values) {
            refuse(ParseError::too_many_values, ec);
            return nullptr;
        }
        if (open_.empty())
            return &(root_ = std::move(value));
        if (auto* const array = open_.back()->array())
            return &array->emplace_back(std::move(value));
        auto& member = open_.back()->object()->back();
        return &(member.value = std::move(value));
    }

    bool open(Value&& value, Code& ec)
    {
        if (open_.size() >= limits_.depth)
            return refuse(ParseError::too_deep, ec);
        auto* const added = add(std::move(value), ec);
        if (!added)
            return false;
        open_.push_back(added); // stays good: nothing is added beside it before it closes
        return true;
    }

    // Sorting costs the same for every choice of names; a hash table could be flooded.
    static bool repeats_a_name(Object const& object)
    {
        if (object.size() <= 8) {
            for (auto at = object.begin(); at != object.end(); ++at)
                for (auto before = object.begin(); before != at; ++before)
                    if (before->name == at->name)
                        return true;
            return false;
        }
        std::vector<std::string_view> names;
        names.reserve(object.size());
        for (auto const& member : object)
            names.push_back(member.name);
        std::sort(names.begin(), names.end());
        return std::adjacent_find(names.begin(), names.end()) != names.end();
    }

    Limits limits_;
    Value root_;
    std::vector<Value*> open_;
    std::string held_; // parts of the string, name or number that is being read
    std::size_t count_ = 0;
    std::optional<ParseError> refusal_;
};

} // namespace

std::expected<Value, ParseError> parse(std::string_view text, Limits limits)
{
    boost::json::parse_options options;
    options.max_depth = limits.depth;
    boost::json::basic_parser<Builder> parser(options, limits);
    Code failed;
    auto const used = parser.write_some(false, text.data(), text.size(), failed);
    if (auto const refusal = parser.handler().refusal())
        return std::unexpected(*refusal);
    if (failed == boost::json::error::too_deep)
        return std::unexpected(ParseError::too_deep);
    if (failed || used != text.size() || !parser.done())
        return std::unexpected(ParseError::malformed);
    return parser.handler().take();
}

} // namespace gatehouse::json
