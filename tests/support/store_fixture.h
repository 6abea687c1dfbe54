// Tests of one store on every database: TEST_P(OnStores, …) with INSTANTIATE_ON_BOTH_DATABASES.
#pragma once

#include "core/random.h"
#include "domain/organizations.h"
#include "domain/sessions.h"
#include "domain/storage.h"
#include "domain/users.h"
#include "storage/sql/stores.h"
#include "support/database_fixture.h"

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace gatehouse::testing {

class OnStores : public OnBothDatabases {
protected:
    static constexpr Instant now = Instant::from_milliseconds(1'795'331'109'123);

    void SetUp() override
    {
        OnBothDatabases::SetUp();
        storage_ = sql::make_storage(database(), random_);
    }
    void TearDown() override
    {
        storage_.reset();
        OnBothDatabases::TearDown();
    }

    domain::Storage& storage() { return *storage_; }

    // Runs `what(UnitOfWork&)`, a coroutine, in a unit of work of its own that is committed; gives
    // what it gives.
    template <class What> auto in_unit(What what)
    {
        using Result = decltype(result_of(what(std::declval<domain::UnitOfWork&>())));
        if constexpr (std::is_void_v<Result>)
            run(committed(*storage_, what));
        else
            return run(committed_with<Result>(*storage_, what));
    }

    void add_organization(std::string const& id)
    {
        domain::Organization organization{
            .id = domain::OrganizationId(id), .name = "Organization " + id, .created_at = now
        };
        in_unit([&](domain::UnitOfWork& work) -> Async<void> {
            co_await work.organizations().insert(organization);
        });
    }

    static domain::User person(std::string const& id, std::string const& organization = "o")
    {
        domain::User user;
        user.id = domain::UserId(id);
        user.organization_id = domain::OrganizationId(organization);
        user.email = id + "@example.test";
        user.created_at = now;
        user.updated_at = now;
        return user;
    }
    bool add(domain::User user)
    {
        return in_unit([&](domain::UnitOfWork& work) -> Async<bool> {
            co_return co_await work.users().insert(user);
        });
    }
    // In organization `o`.
    void add_people()
    {
        add_organization("o");
        EXPECT_TRUE(add(person("ann")));
        EXPECT_TRUE(add(person("bea")));
    }

    static domain::Session session(std::string const& id, std::string const& of = "ann")
    {
        domain::Session made;
        made.id = domain::SessionId(id);
        made.organization_id = domain::OrganizationId("o");
        made.user_id = domain::UserId(of);
        made.created_at = now;
        made.last_seen_at = now;
        made.expires_at = now + 24h * 7;
        made.absolute_expires_at = now + 24h * 30;
        return made;
    }
    void add(domain::Session made)
    {
        in_unit([&](domain::UnitOfWork& work) -> Async<void> {
            co_await work.sessions().insert(made);
        });
    }

    std::int64_t count(std::string const& from_where)
    {
        return outside().query("SELECT count(*) FROM " + from_where).front().integer(0);
    }

private:
    template <class T> static T result_of(Async<T> const&);

    template <class What> static Async<void> committed(domain::Storage& on, What& what)
    {
        auto work = co_await on.begin();
        co_await what(*work);
        co_await work->commit();
    }
    template <class Result, class What>
    static Async<Result> committed_with(domain::Storage& on, What& what)
    {
        auto work = co_await on.begin();
        auto result = co_await what(*work);
        co_await work->commit();
        co_return result;
    }

    SystemRandom random_;
    std::unique_ptr<domain::Storage> storage_;
};

} // namespace gatehouse::testing
