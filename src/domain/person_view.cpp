// From the stored person to the shown one.
#include "domain/person_view.h"

namespace gatehouse::domain {

AccountView account_view_of(User const& user)
{
    AccountView view;
    view.id = user.id.text();
    view.email = user.email;
    view.name = user.name.value_or(user.first_name.value_or(""));
    view.email_verified = user.email_verified;
    view.image = user.profile_picture;
    view.organization_id = user.organization_id.text();
    view.created_at = user.created_at;
    view.updated_at = user.updated_at;
    return view;
}

MemberView member_view_of(User const& user)
{
    MemberView view;
    view.id = user.id.text();
    view.email = user.email;
    view.pending_email = user.pending_email;
    view.email_verified = user.email_verified;
    view.role = to_text(user.role);
    view.first_name = user.first_name;
    view.last_name = user.last_name;
    view.organization_id = user.organization_id.text();
    view.status = to_text(user.status);
    view.profile_picture = user.profile_picture;
    view.two_factor_enabled = user.two_factor_enabled;
    view.created_at = user.created_at;
    view.updated_at = user.updated_at;
    return view;
}

} // namespace gatehouse::domain
