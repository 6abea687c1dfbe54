// The one writing connection: each unit in a savepoint, waiting units committed together.
#pragma once

#include "storage/sqlite/handle.h"
#include "storage/sqlite/watch.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace gatehouse::sqlite {

// One BEGIN IMMEDIATE … COMMIT holds the units of a group; commit() of a unit releases its
// savepoint and says `on_disk = false`, settle() commits the group. A failed unit is taken back
// alone.
class Writer final : public sql::Driver {
public:
    // `watch` is told of each commit; null where nobody watches.
    explicit Writer(std::string path, std::shared_ptr<Watch> watch = {});

    sql::Dialect dialect() const noexcept override { return sql::Dialect::sqlite; }
    void begin(sql::Access access, sql::Deadline deadline) override;
    sql::Rows execute(std::span<sql::Call const> calls, sql::Deadline deadline) override;
    sql::Committed commit(std::span<sql::Call const> calls, sql::Deadline deadline) override;
    void settle(sql::Deadline deadline) override;
    void rollback() noexcept override;

private:
    void open();
    void take_back();
    void abandon(std::string const& why) noexcept;

    std::string const path_;
    std::shared_ptr<Watch> const watch_;
    std::optional<Handle> handle_;
    bool unit_open_ = false;
    std::size_t waiting_ = 0; // units that wait for settle()
    std::string lost_; // why the units that wait can no longer be settled
};

} // namespace gatehouse::sqlite
