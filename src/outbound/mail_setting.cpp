// Reads the settings about mail.
#include "outbound/mail_setting.h"

#include "core/text.h"

#include <algorithm>
#include <charconv>

namespace gatehouse::outbound {
namespace {

using Problem = std::unexpected<std::string>;

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        return {};
    return port;
}

std::optional<std::string> percent_decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        auto const byte = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (!byte || (*byte)[0] == '\0')
            return {};
        out += *byte;
        i += 2;
    }
    return out;
}

bool is_host(std::string_view host)
{
    return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || c == '.' || c == '-' || c == '_';
    });
}

bool is_ipv6(std::string_view host)
{
    return host.find(':') != host.npos && std::ranges::all_of(host, [](char c) {
               return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9')
                   || c == '.' || c == ':';
           });
}

bool is_ipv4(std::string_view host)
{
    return std::ranges::count(host, '.') == 3
        && std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// `host`, `host:port`, `[v6]`, `[v6]:port`.
bool read_host_and_port(std::string_view text, SmtpServer& into)
{
    std::string_view host = text;
    std::string_view port;
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == text.npos || !is_ipv6(text.substr(1, end - 1)))
            return false;
        host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else {
        auto const colon = text.find(':');
        host = text.substr(0, colon);
        port = colon == text.npos ? std::string_view() : text.substr(colon);
        if (!is_host(host))
            return false;
    }
    into.host = host;
    if (port.empty())
        return true;
    auto const number = port.starts_with(':') ? parse_port(port.substr(1)) : std::nullopt;
    into.port = number.value_or(0);
    return number.has_value();
}

std::expected<MailSetting, std::string> parse_smtp(std::string_view rest, bool tls_from_start)
{
    SmtpServer server;
    server.tls_from_start = tls_from_start;
    server.port = tls_from_start ? 465 : 25;
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    if (auto const at = rest.rfind('@'); at != rest.npos) {
        auto const credentials = rest.substr(0, at);
        auto const colon = credentials.find(':');
        if (colon == credentials.npos || colon == 0)
            return Problem("needs user:password before the @");
        auto user = percent_decoded(credentials.substr(0, colon));
        auto password = percent_decoded(credentials.substr(colon + 1));
        if (!user || !password)
            return Problem("has a wrong %-escape in user or password");
        server.user = std::move(*user);
        server.password = SecretString(std::move(*password));
        rest.remove_prefix(at + 1);
    }
    if (!read_host_and_port(rest, server))
        return Problem("needs host or host:port after smtp:// or smtps://, nothing else");
    return server;
}

} // namespace

std::expected<MailSetting, std::string> parse_mail_setting(std::string_view text)
{
    if (text == "capture")
        return CaptureHere{};
    if (text.starts_with("capture:")) {
        auto const port = parse_port(text.substr(8));
        if (!port)
            return Problem("needs a port from 1 to 65535 after capture:");
        return CaptureHere{port};
    }
    if (text.starts_with("spool:")) {
        if (text.size() == 6 || text.find('\0') != text.npos)
            return Problem("needs a folder after spool:");
        return SpoolFolder{std::string(text.substr(6))};
    }
    if (text.starts_with("smtp://"))
        return parse_smtp(text.substr(7), false);
    if (text.starts_with("smtps://"))
        return parse_smtp(text.substr(8), true);
    return Problem("must be smtp://[user:pass@]host:port, smtps://…, spool:DIR or capture");
}

std::expected<mail_text::Mailbox, std::string> parse_mailbox(std::string_view text)
{
    mail_text::Mailbox mailbox{"gatehouse", std::string(trimmed(text))};
    if (auto const open = text.find('<'); open != text.npos) {
        auto const rest = trimmed(text.substr(open + 1));
        if (!rest.ends_with('>'))
            return Problem("must be address or Name <address>");
        mailbox.name = trimmed(text.substr(0, open));
        mailbox.address = rest.substr(0, rest.size() - 1);
    }
    if (!mail_text::is_usable_address(mailbox.address) || !mail_text::is_usable_name(mailbox.name))
        return Problem("holds no usable mail address");
    return mailbox;
}

mail_text::Mailbox default_sender(std::string_view public_url)
{
    auto host = public_url;
    if (auto const scheme = host.find("://"); scheme != host.npos)
        host.remove_prefix(scheme + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    std::string domain;
    if (host.starts_with('['))
        domain = "[IPv6:" + std::string(host.substr(1, host.find(']') - 1)) + "]";
    else if (host = host.substr(0, host.find(':')); is_ipv4(host))
        domain = "[" + std::string(host) + "]";
    else
        domain = host;
    return {"gatehouse", "gatehouse@" + domain};
}

bool is_loopback(std::string_view host)
{
    return host == "localhost" || host == "::1" || (is_ipv4(host) && host.starts_with("127."));
}

} // namespace gatehouse::outbound
