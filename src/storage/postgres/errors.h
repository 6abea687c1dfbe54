// PostgreSQL's SQLSTATEs as our errors.
#pragma once

#include "storage/sql/errors.h"

#include <libpq-fe.h>

namespace gatehouse::postgres {

// Of a result with an error; the words are the server's primary message, without details, which
// hold values of rows.
sql::StorageError error_of(PGresult const* result);

// The server has ended the session with this error.
bool ends_session(PGresult const* result);

// What was prepared on this connection no longer fits: only a new connection helps.
bool outdates_prepared(PGresult const* result);

} // namespace gatehouse::postgres
