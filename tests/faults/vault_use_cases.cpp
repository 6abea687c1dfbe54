// Every move of the encryption vault.
#include "faults/use_case.h"

#include "core/text.h"

#include <stdexcept>

namespace gatehouse::testing {
namespace {

constexpr char const* vault = "/api/v1/me/encryption-vault/";

std::string signed_in(ServiceWorld& world)
{
    return world.signed_in(world.add_person("Ann@example.test")).text("token");
}

void must_succeed(Answer const& answer)
{
    if (answer.status != 200)
        throw std::runtime_error("preparing a vault failed: " + answer.body);
}

Call setting_recovery()
{
    return post(
        std::string(vault) + "recovery-wrap",
        {{"recoveryWrappedMk", to_base64(std::string(48, 'w'))},
         {"recoveryIv", to_base64(std::string(12, 'i'))}}
    );
}

Call switching(bool on, std::string const& key = {})
{
    json::Object body{{"enable", on}};
    if (!key.empty())
        body.push_back({"masterKey", key});
    return post(std::string(vault) + "zero-knowledge", std::move(body));
}

enum class Mode { none, plain, recoverable, zero_knowledge };

struct Prepared {
    std::string token;
    std::string key;
};

Prepared prepared(ServiceWorld& world, Mode mode)
{
    Prepared made{.token = signed_in(world), .key = {}};
    if (mode == Mode::none)
        return made;
    auto const init = world.call(post(std::string(vault) + "init").as(made.token));
    must_succeed(init);
    made.key = init.text("masterKey");
    if (mode == Mode::plain)
        return made;
    must_succeed(world.call(setting_recovery().as(made.token)));
    if (mode == Mode::zero_knowledge)
        must_succeed(world.call(switching(true).as(made.token)));
    return made;
}

std::function<Call(ServiceWorld&)> in_mode(Mode mode, Call call)
{
    return [mode, call](ServiceWorld& world) {
        return call.as(prepared(world, mode).token);
    };
}

Call handing_the_key_back(ServiceWorld& world)
{
    auto const made = prepared(world, Mode::zero_knowledge);
    return switching(false, made.key).as(made.token);
}

} // namespace

std::vector<UseCase> vault_use_cases()
{
    std::string const base(vault);
    auto const init = post(base + "init");
    auto const key = get(base + "key");
    auto const rotate = post(base + "rotate");
    auto const clear = remove(base + "recovery-wrap");
    std::string const made = "VAULT_INIT 201 success";
    std::string const found = "VAULT_INIT 200 success";
    std::string const fetched = "VAULT_FETCH 200 success";
    std::string const not_fetched = "VAULT_FAILED_FETCH 404 failure";
    std::string const rotated = "VAULT_ROTATE 200 success";
    std::string const set = "VAULT_RECOVERY_SET 200 success";
    std::string const cleared = "VAULT_RECOVERY_CLEAR 200 success";
    std::string const on = "VAULT_ZK_ENABLE 200 success";
    std::string const off = "VAULT_ZK_DISABLE 200 success";
    auto const zero_knowledge = Mode::zero_knowledge;
    return {
        {"vault_status", in_mode(Mode::plain, get(base + "status")), 200, {}, 200, {}},
        {"vault_init", in_mode(Mode::none, init), 200, {made}, 200, {found}},
        {"vault_key", in_mode(Mode::plain, key), 200, {fetched}, 200, {fetched}},
        {"vault_key_absent", in_mode(Mode::none, key), 404, {not_fetched}, 404, {not_fetched}},
        {"vault_key_zero_knowledge", in_mode(zero_knowledge, key), 200, {fetched}, 200, {fetched}},
        {"vault_rotate", in_mode(Mode::recoverable, rotate), 200, {rotated}, 200, {rotated}},
        {"vault_rotate_absent", in_mode(Mode::none, rotate), 200, {made}, 200, {rotated}},
        {"vault_rotate_zero_knowledge", in_mode(zero_knowledge, rotate), 409, {}, 409, {}},
        {"vault_recovery_set", in_mode(Mode::plain, setting_recovery()), 200, {set}, 200, {set}},
        {"vault_recovery_clear", in_mode(Mode::recoverable, clear), 200, {cleared}, 200, {cleared}},
        {"vault_recovery_clear_zero_knowledge", in_mode(zero_knowledge, clear), 409, {}, 409, {}},
        {"vault_zero_knowledge_on",
         in_mode(Mode::recoverable, switching(true)),
         200,
         {on},
         200,
         {on}},
        {"vault_zero_knowledge_on_too_early",
         in_mode(Mode::plain, switching(true)),
         400,
         {},
         400,
         {}},
        {"vault_zero_knowledge_off", handing_the_key_back, 200, {off}, 200, {off}},
        {"vault_zero_knowledge_off_wrong_key",
         in_mode(zero_knowledge, switching(false, to_base64(std::string(32, 'k')))),
         400,
         {},
         400,
         {}},
    };
}

} // namespace gatehouse::testing
