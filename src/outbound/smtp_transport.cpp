// SMTP by libcurl, one connection kept for mails that follow each other closely.
#include "outbound/smtp_transport.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace gatehouse::outbound {
namespace {

using Steady = std::chrono::steady_clock;

struct Freeing {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

// Whether any of the message has left.
enum class Content { stayed, travelled };

// What libcurl reads while it sends.
struct Reading {
    std::string_view rest;
    Content content = Content::stayed;
};

std::size_t read_more(char* into, std::size_t size, std::size_t count, void* from)
{
    auto& [rest, content] = *static_cast<Reading*>(from);
    content = Content::travelled;
    auto const length = std::min(size * count, rest.size());
    std::memcpy(into, rest.data(), length);
    rest.remove_prefix(length);
    return length;
}

Failing kind_of(CURLcode code, long answer)
{
    switch (code) {
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
        return Failing::login;
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
        return Failing::tls;
    case CURLE_ABORTED_BY_CALLBACK:
        return Failing::stopped;
    default:
        break;
    }
    switch (answer) {
    case 530: // authentication required
    case 534:
    case 535:
    case 538:
        return Failing::login;
    case 421: // the server is going away
        return Failing::unreachable;
    default:
        break;
    }
    if (answer >= 400 && answer < 600)
        return Failing::refused;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_WEIRD_SERVER_REPLY:
        return Failing::unreachable;
    default:
        return Failing::unknown;
    }
}

MailFailure failure_of(CURLcode code, long answer)
{
    auto const failing = kind_of(code, answer);
    auto detail = fmt::format("smtp: {}", curl_easy_strerror(code));
    if (answer > 0)
        detail += fmt::format(" (last answer {})", answer);
    return {failing, std::move(detail)};
}

class SmtpTransport final : public MailTransport {
public:
    SmtpTransport(SmtpServer server, SmtpOptions options)
        : server_(std::move(server))
        , options_(std::move(options))
    {
        static std::once_flag once;
        std::call_once(once, [] {
            if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                throw std::runtime_error("libcurl does not start");
        });
        curl_.reset(curl_easy_init());
        if (!curl_)
            throw std::runtime_error("libcurl gives no handle");
    }

    MailResult send(OutgoingMail const& mail) override
    {
        set_up_connection();
        auto const from = fmt::format("<{}>", mail.message.from.address);
        auto const to = fmt::format("<{}>", mail.message.to.address);
        std::unique_ptr<curl_slist, Freeing> const recipients(curl_slist_append(nullptr, to.c_str())
        );
        if (!recipients)
            throw std::bad_alloc();
        Reading reading{.rest = mail.raw};
        set(CURLOPT_MAIL_FROM, from.c_str());
        set(CURLOPT_MAIL_RCPT, recipients.get());
        set(CURLOPT_READFUNCTION, read_more);
        set(CURLOPT_READDATA, static_cast<void*>(&reading));
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.raw.size()));
        set(CURLOPT_UPLOAD, 1L);
        return perform(reading.content);
    }

    MailResult probe() override
    {
        set_up_connection();
        set(CURLOPT_CUSTOMREQUEST, "NOOP");
        set(CURLOPT_NOBODY, 1L);
        return perform(Content::stayed);
    }

    void stop() noexcept override
    {
        stop_by_.store((Steady::now() + options_.grace).time_since_epoch().count());
    }

    Duration longest_send() const override { return options_.send_time; }
    std::string_view name() const override { return "smtp"; }

private:
    template <class Value> void set(CURLoption option, Value value)
    {
        auto const code = curl_easy_setopt(curl_.get(), option, value);
        if (code != CURLE_OK)
            throw std::runtime_error(fmt::format(
                "libcurl refuses option {}: {}", static_cast<int>(option), curl_easy_strerror(code)
            ));
    }

    void set_up_connection()
    {
        curl_easy_reset(curl_.get()); // keeps the connection
        bool const v6 = server_.host.find(':') != server_.host.npos;
        auto const url = fmt::format(
            "{}://{}:{}/{}",
            server_.tls_from_start ? "smtps" : "smtp",
            v6 ? fmt::format("[{}]", server_.host) : server_.host,
            server_.port,
            options_.greeting_name
        );
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        set(CURLOPT_PROXY, ""); // not the one of the environment
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_time.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.send_time.count()));
        set(CURLOPT_MAXAGE_CONN, 2L); // a server may close an idle connection just as we write
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &SmtpTransport::go_on);
        set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
        set_up_protection();
    }

    void set_up_protection()
    {
        bool const has_password = !server_.user.empty();
        bool const tls_required
            = server_.tls_from_start || (has_password && !is_loopback(server_.host));
        set(CURLOPT_USE_SSL, static_cast<long>(tls_required ? CURLUSESSL_ALL : CURLUSESSL_TRY));
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        set(CURLOPT_SSL_VERIFYPEER, tls_required ? 1L : 0L);
        set(CURLOPT_SSL_VERIFYHOST, tls_required ? 2L : 0L);
        if (!options_.ca_file.empty())
            set(CURLOPT_CAINFO, options_.ca_file.c_str());
        if (has_password) {
            set(CURLOPT_USERNAME, server_.user.c_str());
            set(CURLOPT_PASSWORD, std::string(server_.password.reveal()).c_str());
        }
    }

    MailResult perform(Content const& content)
    {
        auto const code = curl_easy_perform(curl_.get());
        if (code == CURLE_OK)
            return {};
        long answer = 0;
        curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &answer);
        auto failure = failure_of(code, answer);
        // Sender, recipient or content are refused by themselves; a refused greeting means us.
        failure.only_this_mail = failure.failing == Failing::refused
            && (code == CURLE_SEND_ERROR || content == Content::travelled);
        return std::unexpected(std::move(failure));
    }

    // Asked by libcurl about once a second.
    static int go_on(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
    {
        auto const stop_by = static_cast<SmtpTransport*>(self)->stop_by_.load();
        return stop_by != 0 && Steady::now().time_since_epoch().count() >= stop_by ? 1 : 0;
    }

    SmtpServer server_;
    SmtpOptions options_;
    std::unique_ptr<CURL, Freeing> curl_;
    std::atomic<Steady::rep> stop_by_ = 0;
};

} // namespace

std::unique_ptr<MailTransport> make_smtp_transport(SmtpServer server, SmtpOptions options)
{
    return std::make_unique<SmtpTransport>(std::move(server), std::move(options));
}

} // namespace gatehouse::outbound
