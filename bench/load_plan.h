// What the load generator is asked for, and the pieces of HTTP that it reads and writes.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace load {

using Clock = std::chrono::steady_clock;

struct Load {
    std::uint16_t port;
    std::size_t connections;
    std::chrono::duration<double> time;
    std::vector<std::string> requests;
    double rate = 0; // 0: as fast as answers come
    bool shares_its_core = false;
    bool once = false;
    std::string answers; // a file, or nothing
};

struct Tally {
    std::vector<std::uint32_t> microseconds; // of each answer
    std::uint64_t refused = 0; // answers outside 2xx
    std::uint64_t put_off = 0; // of these: 503 with Retry-After
    std::vector<std::string> bodies;
};

template <class Number> Number number_in(std::string_view text)
{
    Number number{};
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size())
        throw std::invalid_argument("not a number: " + std::string(text));
    return number;
}

inline int checked(int result, char const* what)
{
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

inline std::vector<std::string> read_requests(char const* path)
{
    std::ifstream file(path, std::ios::binary);
    std::vector<std::string> requests;
    for (std::string length; std::getline(file, length);) {
        std::string request(number_in<std::size_t>(length), '\0');
        if (!file.read(request.data(), static_cast<std::streamsize>(request.size())))
            throw std::runtime_error("the file of requests ends inside one");
        requests.push_back(std::move(request));
    }
    if (requests.empty())
        throw std::runtime_error("no requests in " + std::string(path));
    return requests;
}

// How many bytes the answer at the front takes, or 0 while some of them are missing.
inline std::size_t length_of_answer(std::string_view text)
{
    auto const head = text.find("\r\n\r\n");
    if (head == std::string_view::npos)
        return 0;
    for (std::string_view const name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
        auto const at = text.find(name);
        if (at < head) {
            auto const from = at + name.size();
            auto const body
                = number_in<std::size_t>(text.substr(from, text.find('\r', from) - from));
            auto const whole = head + 4 + body;
            return text.size() >= whole ? whole : 0;
        }
    }
    auto const chunked = text.find("\r\nTransfer-Encoding: chunked");
    if (chunked < head) // one request is under way: what ends it is at the end
        return text.ends_with("\r\n0\r\n\r\n") ? text.size() : 0;
    throw std::runtime_error("an answer without Content-Length");
}

} // namespace load
