// A reading connection: one snapshot for each unit, beside the writer and other readers.
#pragma once

#include "storage/sqlite/handle.h"

#include <optional>
#include <string>

namespace gatehouse::sqlite {

class Reader final : public sql::Driver {
public:
    explicit Reader(std::string path);

    sql::Dialect dialect() const noexcept override { return sql::Dialect::sqlite; }
    void begin(sql::Access access, sql::Deadline deadline) override;
    sql::Rows execute(std::span<sql::Call const> calls, sql::Deadline deadline) override;
    sql::Committed commit(std::span<sql::Call const> calls, sql::Deadline deadline) override;
    void settle(sql::Deadline) override { }
    void rollback() noexcept override;

private:
    std::string const path_;
    std::optional<Handle> handle_;
};

} // namespace gatehouse::sqlite
