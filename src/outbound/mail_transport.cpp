// The names of what can go wrong with mail.
#include "outbound/mail_transport.h"

namespace gatehouse::outbound {

std::string_view to_text(Failing failing)
{
    switch (failing) {
    case Failing::unreachable:
        return "unreachable";
    case Failing::tls:
        return "tls";
    case Failing::login:
        return "login";
    case Failing::refused:
        return "refused";
    case Failing::storage:
        return "storage";
    case Failing::stopped:
        return "stopped";
    case Failing::unknown:
        return "unknown";
    }
    return "unknown";
}

} // namespace gatehouse::outbound
