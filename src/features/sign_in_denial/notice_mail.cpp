// A mail about a sign-in.
#include "features/sign_in_denial/notice_mail.h"

#include "protocols/mail_text/mail_order.h"

namespace gatehouse::sign_in_denial {

SecretString notice_mail(domain::SignInMail const& mail)
{
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::new_sign_in,
        .recipient = mail.recipient,
        .recipient_name = mail.recipient_name
    };
    order.links.push_back({.token = mail.token.duplicate()});
    order.happened_at = mail.at;
    order.device = mail.device;
    order.place = mail.place;
    order.address = mail.address;
    return mail_text::to_payload(order);
}

} // namespace gatehouse::sign_in_denial
