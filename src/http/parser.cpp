// Beast's parser with the framing guard in its callbacks.
#include "http/parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace gatehouse::http {

namespace beast = boost::beast;

namespace {
using BeastText = beast::string_view;
using BeastError = beast::error_code;

std::string_view plain(BeastText text)
{
    return {text.data(), text.size()};
}

// What a refusal by the guard looks like to Beast; the fault itself is kept beside it.
BeastError stop()
{
    return beast::http::make_error_code(beast::http::error::bad_value);
}

class GuardedParser final : public beast::http::basic_parser<true> {
public:
    explicit GuardedParser(Request& into)
        : request_(into)
    {
        header_limit(head_limit);
        body_limit(boost::none); // the declared length is judged before, chunks are counted here
    }

    std::optional<Fault> fault;
    FieldGuard guard;
    bool method_is_known = false;
    bool http_1_1 = false;
    std::size_t limit = 0;

private:
    void refuse(Fault const& why, BeastError& error)
    {
        fault = why;
        error = stop();
    }

    void on_request_impl(
        beast::http::verb /*kind*/,
        BeastText method,
        BeastText target,
        int version,
        BeastError& error
    ) override
    {
        if (auto const wrong = check_target(plain(method), plain(target)))
            return refuse(*wrong, error);
        auto const known = http::parse_method(plain(method));
        method_is_known = known.has_value();
        http_1_1 = version == 11;
        request_.method = known.value_or(Method::get);
        request_.set_target(plain(target));
    }

    void on_field_impl(
        beast::http::field /*kind*/, BeastText name, BeastText value, BeastError& error
    ) override
    {
        if (head_is_over_) // a trailer must never become a header (HT-03)
            return refuse(malformed_request, error);
        if (auto const wrong = guard.field(plain(name), plain(value)))
            return refuse(*wrong, error);
        request_.add_header(plain(name), plain(value));
    }

    void on_header_impl(BeastError& error) override
    {
        head_is_over_ = true;
        if (auto const wrong = guard.finish(http_1_1))
            refuse(*wrong, error);
    }

    std::size_t append(BeastText bytes, BeastError& error)
    {
        if (request_.body.size() + bytes.size() > limit)
            refuse(body_too_large, error);
        else
            request_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void
    on_response_impl(int /*status*/, BeastText /*reason*/, int /*version*/, BeastError& /*error*/)
        override
    {
    }
    void on_body_init_impl(boost::optional<std::uint64_t> const& /*length*/, BeastError& /*error*/)
        override
    {
    }
    std::size_t on_body_impl(BeastText bytes, BeastError& error) override
    {
        return append(bytes, error);
    }
    void
    on_chunk_header_impl(std::uint64_t /*size*/, BeastText /*extensions*/, BeastError& /*error*/)
        override
    {
    }
    std::size_t
    on_chunk_body_impl(std::uint64_t /*left*/, BeastText bytes, BeastError& error) override
    {
        return append(bytes, error);
    }
    void on_finish_impl(BeastError& /*error*/) override { }

    Request& request_;
    bool head_is_over_ = false;
};
} // namespace

struct RequestParser::Inside {
    Request& request;
    std::optional<GuardedParser> parser; // Beast's cannot be used twice
    std::size_t raw_body = 0; // with chunk headers
};

RequestParser::RequestParser(Request& into)
    : inside_(new Inside{into, std::nullopt, 0})
{
}

RequestParser::~RequestParser() = default;

std::optional<Fault> RequestParser::read_head(std::string_view head)
{
    inside_->request.clear();
    inside_->raw_body = 0;
    auto& parser = inside_->parser.emplace(inside_->request);
    if (auto const wrong = check_head_bytes(head))
        return wrong;
    BeastError error;
    auto const used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
    if (parser.fault)
        return parser.fault;
    if (error || used != head.size() || !parser.is_header_done())
        return malformed_request;
    // Both readings of the framing must be the same one.
    bool const same_chunked = parser.chunked() == parser.guard.chunked();
    bool const same_length = parser.content_length().value_or(0) == parser.guard.content_length();
    if (!same_chunked || !same_length)
        return malformed_request;
    parser.eager(true);
    return std::nullopt;
}

RequestParser::Step RequestParser::read_body(std::string_view bytes, std::size_t limit)
{
    auto& parser = *inside_->parser;
    parser.limit = limit;
    BeastError error;
    auto const used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    inside_->raw_body += used;
    if (parser.fault)
        return {used, parser.fault};
    if (error && error != beast::http::error::need_more)
        return {used, malformed_request};
    bool const line_is_endless = used == 0 && bytes.size() >= head_limit;
    if (line_is_endless)
        return {used, malformed_request};
    if (inside_->raw_body > 8 * limit + head_limit) // chunk headers alone can be endless
        return {used, body_too_large};
    return {used, std::nullopt};
}

bool RequestParser::method_is_known() const
{
    return inside_->parser->method_is_known;
}
bool RequestParser::keep_alive() const
{
    return inside_->parser->keep_alive();
}
bool RequestParser::http_1_1() const
{
    return !inside_->parser || inside_->parser->http_1_1;
}
bool RequestParser::chunked() const
{
    return inside_->parser->guard.chunked();
}
bool RequestParser::expects_continue() const
{
    return inside_->parser->guard.expects_continue();
}
bool RequestParser::is_done() const
{
    return inside_->parser->is_done();
}
std::uint64_t RequestParser::declared_length() const
{
    return inside_->parser->guard.content_length();
}

} // namespace gatehouse::http
