#pragma once

#include "store/database.hpp"

namespace gnutella::store {

/// Makes the database what this version of the library works with: sets up an empty one, and brings one of an earlier
/// version up to date.
/// @param error set to Error::state_unusable when the database is that of another program, of a later version, or
///     damaged (then `database.corrupt()`); to Error::state_full; or to success.
void prepare(Database& database, error_code& error);

}  // namespace gnutella::store
