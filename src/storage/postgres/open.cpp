// Opening PostgreSQL: the connections of the engine, and the one that migrates.
#include "storage/postgres/open.h"

#include "core/log.h"
#include "storage/postgres/errors.h"
#include "storage/postgres/link.h"
#include "storage/postgres/session.h"
#include "storage/sql/errors.h"

#include <utility>

namespace gatehouse::postgres {
namespace {

using sql::StorageError;

// Of all migrating nodes one at a time: the number means "gatehouse schema" and nothing else.
constexpr char const* begin_under_lock
    = "BEGIN; SELECT pg_advisory_xact_lock(7235871540011); SET LOCAL lock_timeout = 0";

// Migrations take the time they need, so this one waits without limits, on the thread that asked.
class Schema final : public sql::SchemaConnection {
public:
    explicit Schema(std::string const& url)
    {
        char const* const names[]
            = {"application_name", "client_encoding", "connect_timeout", "dbname", nullptr};
        char const* const values[] = {"gatehouse migrate", "UTF8", "10", url.c_str(), nullptr};
        connection_.reset(PQconnectdbParams(names, values, 1));
        if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK)
            throw StorageError(
                StorageError::Kind::unavailable,
                std::string("PostgreSQL is not reachable: ") + PQerrorMessage(connection_.get())
            );
        script("SET search_path = auth, public; SET TimeZone = 'UTC'; SET DateStyle = 'ISO';"
               "SET client_min_messages = warning");
    }

    sql::Dialect dialect() const noexcept override { return sql::Dialect::postgres; }
    void begin() override { script(begin_under_lock); }

    void commit() override
    {
        Result const result(PQexec(connection_.get(), "COMMIT"));
        require(result);
        if (std::string_view(PQcmdStatus(result.get())) != "COMMIT")
            throw StorageError(StorageError::Kind::broken, "COMMIT was answered by a rollback");
    }

    void rollback() noexcept override
    {
        if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE)
            return;
        Result const result(PQexec(connection_.get(), "ROLLBACK"));
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
            log::Line(log::Level::warning, "postgres.rollback_failed")
                .with("cause", PQerrorMessage(connection_.get())); // closing it rolls back, too
    }

    void script(std::string_view text) override
    {
        Result const result(PQexec(connection_.get(), std::string(text).c_str()));
        require(result);
    }

    sql::Rows query(sql::Statement const& statement, sql::Values const& values) override
    {
        Parameters const parameters(values);
        Result const result(PQexecParams(
            connection_.get(),
            statement.text(sql::Dialect::postgres),
            parameters.count(),
            nullptr,
            parameters.texts(),
            parameters.lengths(),
            parameters.formats(),
            0
        ));
        require(result);
        return read_rows(result.get());
    }

private:
    struct Finisher {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };

    void require(Result const& result) const
    {
        auto const status = PQresultStatus(result.get());
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
            return;
        if (!result || ends_session(result.get()))
            throw StorageError(StorageError::Kind::unavailable, PQerrorMessage(connection_.get()));
        throw error_of(result.get());
    }

    std::unique_ptr<PGconn, Finisher> connection_;
};

} // namespace

std::unique_ptr<sql::SchemaConnection> open_schema(std::string const& url)
{
    return std::make_unique<Schema>(url);
}

sql::Drivers drivers(
    std::string const& url, std::size_t connections, Limits const& limits, std::string const& role
)
{
    sql::Drivers made;
    auto const reconnecting = std::make_shared<Reconnecting>();
    for (std::size_t count = 0; count < connections; ++count)
        made.writers.push_back(std::make_unique<Session>(url, limits, role, reconnecting));
    return made;
}

std::unique_ptr<sql::Database> open(std::string const& url, Options options)
{
    return sql::make_database(
        drivers(url, options.connections, options.limits, options.role), options.engine
    );
}

} // namespace gatehouse::postgres
