// All members as CSV, however many they are.
#pragma once

#include "domain/storage.h"
#include "features/members/rules.h"
#include "http/body_stream.h"

namespace gatehouse::members {

constexpr std::int64_t csv_batch = 500; // people in memory at a time

// Reads the first batch before the answer begins, so that what fails at once is said at once.
Async<http::Streamed>
streamed_csv(domain::Storage& storage, domain::OrganizationId organization, Wanted wanted);

} // namespace gatehouse::members
