// Lists in pages: what `page` and `limit` may be, and where a list that was cut goes on (decisions
// D-102).
#pragma once

#include "http/context.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::http {

constexpr std::int64_t longest_page = 100;
constexpr std::int64_t usual_page = 20; // `page` without `limit`
constexpr std::int64_t longest_plain_list = 1000;

struct Paging {
    bool is_paged = false; // else a plain list, from its beginning
    std::int64_t page = 1;
    std::int64_t limit = longest_plain_list;
    std::int64_t offset = 0;

    std::int64_t pages_of(std::int64_t total) const { return (total + limit - 1) / limit; }
};

Paging paging_of(std::optional<std::int64_t> page, std::optional<std::int64_t> limit); // or Refusal

// No cut is silent: how many there are, and, where these are not the last, the page that follows.
// `query` is what keeps filter and order: `&name=value` for each.
void say_rest(
    Context& context,
    Paging const& paging,
    std::int64_t total,
    std::string const& path,
    std::string const& query = ""
);
// Members of a query as say_rest() wants them; those that are absent stay absent.
std::string
query_with(std::vector<std::pair<std::string_view, std::optional<std::string>>> const& members);
std::string next_of(Paging const& paging, std::string const& path, std::string const& query);

// Whether the second of two words was given; nothing given is the first. Throws Refusal, 400.
bool is_second(
    std::string const& field,
    std::optional<std::string> const& given,
    std::string_view first,
    std::string_view second
);

} // namespace gatehouse::http
