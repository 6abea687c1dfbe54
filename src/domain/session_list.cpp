// The words for how a session stands.
#include "domain/session_list.h"

#include <stdexcept>

namespace gatehouse::domain {

std::string_view to_text(SessionState state)
{
    switch (state) {
    case SessionState::live:
        return "live";
    case SessionState::logged_out:
        return "logged_out";
    case SessionState::revoked:
        return "revoked";
    case SessionState::expired:
        return "expired";
    case SessionState::voided:
        return "voided";
    }
    throw std::logic_error("an enumerator without a name");
}

} // namespace gatehouse::domain
