// The encryption vault: one key for each person, which survives password changes.
#include "features/vault/endpoints.h"

#include "crypto/secret_text.h"
#include "domain/access.h"
#include "domain/ledger.h"
#include "domain/success.h"
#include "features/vault/messages.h"
#include "features/vault/routes.h"
#include "features/vault/rules.h"
#include "http/request_facts.h"

namespace gatehouse::vault {
namespace {
using domain::Event;
using domain::ledger_entry;
using domain::Outcome;
using domain::Reason;
using domain::Refusal;
using domain::require;
using domain::Success;
using domain::UnitOfWork;
using domain::Vault;
using domain::WrappedKey;
using Key = std::variant<KeyAnswer, RecoveryWanted>;

// One mandatory row for each action, in the same transaction: no row, no key (behaviours §2, §9).
Async<void> record(http::Context& context, UnitOfWork& work, Event event, int status)
{
    auto const& caller = context.caller();
    auto const outcome = status < 400 ? Outcome::success : Outcome::failure;
    auto entry = ledger_entry(http::facts_of(context), event, outcome, status, caller.user);
    entry.session_id = caller.session_id();
    co_await work.ledger().append(std::move(entry));
}

Vault new_vault(http::Context& context)
{
    auto const& caller = context.caller();
    auto& services = context.services;
    Vault vault;
    vault.user_id = caller.user_id();
    vault.organization_id = caller.organization_id();
    vault.created_at = context.now;
    vault.updated_at = context.now;
    keep_key(
        vault,
        crypto::mint_master_key(services.random),
        services.key_encryption_key,
        services.random
    );
    return vault;
}

Key answer_of(http::Context& context, Vault const& vault)
{
    if (vault.zero_knowledge)
        return RecoveryWanted{
            .recovery_wrapped_mk = vault.recovery_wrap->wrapped,
            .recovery_iv = vault.recovery_wrap->iv,
            .format_version = vault.format_version
        };
    auto const key = open_vault(vault, context.services.key_encryption_key);
    KeyAnswer answer;
    answer.master_key = crypto::secret_to_base64(key);
    answer.format_version = vault.format_version;
    answer.kek_id = vault.kek_id;
    return answer;
}

Async<std::optional<Vault>> find_locked(http::Context& context, UnitOfWork& work)
{
    auto const& caller = context.caller();
    co_return co_await work.vaults().find_locked(caller.organization_id(), caller.user_id());
}

Async<Vault> require_vault(http::Context& context, UnitOfWork& work)
{
    auto found = co_await find_locked(context, work);
    if (!found)
        throw Refusal{.reason = Reason::vault_not_initialised};
    co_return std::move(*found);
}

Async<void>
save(http::Context& context, UnitOfWork& work, Vault vault, Event event, int status = 200)
{
    vault.updated_at = context.now;
    co_await work.vaults().save(std::move(vault));
    co_await record(context, work, event, status);
    co_await work.commit();
}

// An import wrapped without binding, or under another name of the key, is wrapped anew when seen.
Async<void> renew_wrap(http::Context& context, UnitOfWork& work, Vault& vault)
{
    auto const& key = context.services.key_encryption_key;
    if (vault.zero_knowledge || vault.wrap_version == crypto::current_wrap_version)
        co_return;
    keep_key(vault, open_vault(vault, key), key, context.services.random);
    vault.updated_at = context.now;
    co_await work.vaults().save(vault);
}

// Insert or nothing, then read: any number of parallel inits give one key (M-18).
Async<Key> init(http::Context& context, http::Nothing)
{
    auto work = co_await context.services.storage.begin();
    co_await domain::hold_own_organization(*work, context.caller());
    bool const made = co_await work->vaults().insert_new(new_vault(context));
    auto const status = made ? 201 : 200; // of the row; the answer is 200 both times (D-87)
    auto vault = co_await require_vault(context, *work);
    co_await renew_wrap(context, *work, vault);
    auto answer = answer_of(context, vault);
    co_await record(context, *work, Event::vault_init, status);
    co_await work->commit();
    co_return answer;
}

Async<Key> fetch(http::Context& context, http::Nothing)
{
    auto work = co_await context.services.storage.begin();
    auto vault = co_await find_locked(context, *work);
    if (!vault) {
        co_await record(context, *work, Event::vault_failed_fetch, 404);
        co_await work->commit();
        throw Refusal{.reason = Reason::vault_not_initialised};
    }
    co_await renew_wrap(context, *work, *vault);
    auto answer = answer_of(context, *vault);
    co_await record(context, *work, Event::vault_fetch, 200);
    co_await work->commit();
    co_return answer;
}

Async<VaultStatus> status(http::Context& context, http::Nothing)
{
    auto const& caller = context.caller();
    auto work = co_await context.services.storage.read();
    auto const vault = co_await work->vaults().find(caller.organization_id(), caller.user_id());
    VaultStatus answer;
    if (!vault)
        co_return answer;
    answer.initialised = true;
    answer.zero_knowledge = vault->zero_knowledge;
    answer.has_recovery_wrap = vault->recovery_wrap.has_value();
    answer.recovery_set_at = vault->recovery_set_at;
    answer.format_version = vault->format_version;
    answer.kek_id = vault->kek_id;
    answer.created_at = vault->created_at;
    answer.updated_at = vault->updated_at;
    co_return answer;
}

// Without a vault it acts as init (behaviours §9).
Async<Key> renew(http::Context& context, http::Nothing)
{
    auto& services = context.services;
    auto work = co_await services.storage.begin();
    co_await domain::hold_own_organization(*work, context.caller());
    bool const made = co_await work->vaults().insert_new(new_vault(context));
    auto vault = co_await require_vault(context, *work);
    if (!made)
        require(rotate(vault, services.key_encryption_key, services.random));
    auto answer = answer_of(context, vault);
    auto const event = made ? Event::vault_init : Event::vault_rotate;
    auto const status = made ? 201 : 200; // of the row, as for init
    co_await save(context, *work, std::move(vault), event, status);
    co_return answer;
}

Async<Success> keep_recovery(http::Context& context, RecoveryWrapRequest request)
{
    auto work = co_await context.services.storage.begin();
    auto vault = co_await require_vault(context, *work);
    WrappedKey wrap{std::move(request.recovery_wrapped_mk), std::move(request.recovery_iv)};
    require(set_recovery(vault, std::move(wrap), context.now));
    co_await save(context, *work, std::move(vault), Event::vault_recovery_set);
    co_return Success{.message = "The recovery wrap is kept."};
}

Async<Success> drop_recovery(http::Context& context, http::Nothing)
{
    auto work = co_await context.services.storage.begin();
    auto vault = co_await require_vault(context, *work);
    require(clear_recovery(vault));
    co_await save(context, *work, std::move(vault), Event::vault_recovery_clear);
    co_return Success{.message = "The recovery wrap is gone."};
}

Async<Success> switch_zero_knowledge(http::Context& context, ZeroKnowledgeRequest request)
{
    auto& services = context.services;
    auto work = co_await services.storage.begin();
    auto vault = co_await require_vault(context, *work);
    if (request.enable)
        require(enable_zero_knowledge(vault));
    else
        require(disable_zero_knowledge(
            vault, request.master_key, services.key_encryption_key, services.random
        ));
    auto const event = request.enable ? Event::vault_zk_enable : Event::vault_zk_disable;
    co_await save(context, *work, std::move(vault), event);
    Success answer;
    answer.message = request.enable ? "Zero-knowledge is on." : "Zero-knowledge is off.";
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(init_route, init),
        http::endpoint(key_route, fetch),
        http::endpoint(status_route, status),
        http::endpoint(rotate_route, renew),
        http::endpoint(set_recovery_route, keep_recovery),
        http::endpoint(clear_recovery_route, drop_recovery),
        http::endpoint(zero_knowledge_route, switch_zero_knowledge)
    };
}

} // namespace gatehouse::vault
