#pragma once

#include <optional>

#include "api/resp/reply_writer.h"
#include "lock/reply.h"
#include "lock/view.h"
#include "service/statistics/key_table.h"

namespace holdfast::api::resp {

// A lock as a map with the names that REST has. `statistics` are the key's, null where there are none; with
// `revision` it is a member too.
void write_lock(ReplyWriter& out, const lock::LockView& lock, const service::KeyStatistics* statistics,
                std::optional<lock::Revision> revision = std::nullopt);

// What was broken, as a map.
void write_broken(ReplyWriter& out, const lock::BrokenInfo& broken);

}  // namespace holdfast::api::resp
