// One POST by libcurl; only an answer of 2xx counts.
#include "outbound/checkpoint_webhook.h"

#include "outbound/mail_setting.h"

#include <curl/curl.h>

#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>

namespace gatehouse::outbound {
namespace {

constexpr long longest_milliseconds = 10'000;

struct Freeing {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
    void operator()(CURLU* handle) const noexcept { curl_url_cleanup(handle); }
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
    void operator()(char* text) const noexcept { curl_free(text); }
};

// What is answered is nobody's business.
std::size_t leave_unread(char*, std::size_t size, std::size_t count, void*)
{
    return size * count;
}

std::string part_of(CURLU* url, CURLUPart part)
{
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
        return {};
    std::unique_ptr<char, Freeing> const held(text);
    return text;
}

class Webhook final : public CheckpointTarget {
public:
    explicit Webhook(std::string url)
        : url_(std::move(url))
    {
    }

    void write(std::string const& lines, Instant) override
    {
        std::unique_ptr<CURL, Freeing> const curl(curl_easy_init());
        std::unique_ptr<curl_slist, Freeing> const headers(
            curl_slist_append(nullptr, "Content-Type: application/x-ndjson")
        );
        if (!curl || !headers)
            throw std::bad_alloc();
        set(curl.get(), CURLOPT_URL, url_.c_str());
        set(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
        set(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
        set(curl.get(), CURLOPT_PROXY, "");
        set(curl.get(), CURLOPT_NOSIGNAL, 1L);
        set(curl.get(), CURLOPT_TIMEOUT_MS, longest_milliseconds);
        set(curl.get(), CURLOPT_HTTPHEADER, headers.get());
        set(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(lines.size()));
        set(curl.get(), CURLOPT_POSTFIELDS, lines.c_str());
        set(curl.get(), CURLOPT_WRITEFUNCTION, leave_unread);
        perform(curl.get());
    }
    std::string_view name() const override { return "webhook"; }

private:
    template <class Value> static void set(CURL* curl, CURLoption option, Value value)
    {
        if (curl_easy_setopt(curl, option, value) != CURLE_OK)
            throw std::runtime_error(
                "libcurl refuses option " + std::to_string(static_cast<int>(option))
            );
    }

    static void perform(CURL* curl)
    {
        auto const code = curl_easy_perform(curl);
        if (code != CURLE_OK)
            throw std::runtime_error(std::string("webhook: ") + curl_easy_strerror(code));
        long status = 0;
        if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status < 200
            || status > 299)
            throw std::runtime_error("webhook: answered " + std::to_string(status));
    }

    std::string url_;
};

} // namespace

std::expected<std::unique_ptr<CheckpointTarget>, std::string>
make_checkpoint_webhook(std::string url)
{
    static std::once_flag once;
    std::call_once(once, [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            throw std::runtime_error("libcurl does not start");
    });
    std::unique_ptr<CURLU, Freeing> const parsed(curl_url());
    if (!parsed)
        throw std::bad_alloc();
    if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return std::unexpected("is no URL");
    auto host = part_of(parsed.get(), CURLUPART_HOST);
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    if (part_of(parsed.get(), CURLUPART_SCHEME) != "https" && !is_loopback(host))
        return std::unexpected("must be https:// but for loopback");
    return std::make_unique<Webhook>(std::move(url));
}

} // namespace gatehouse::outbound
