// A mail with a code.
#include "features/step_up/code_mail.h"

#include "protocols/mail_text/mail_order.h"

namespace gatehouse::step_up {

SecretString code_mail(domain::CodeMail const& mail)
{
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::step_up_code,
        .recipient = mail.recipient,
        .recipient_name = mail.recipient_name
    };
    order.code = mail.code.duplicate();
    order.happened_at = mail.at;
    return mail_text::to_payload(order);
}

} // namespace gatehouse::step_up
