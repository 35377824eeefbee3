#pragma once

#include <string_view>

#include "api/http/json_writer.h"
#include "lock/reply.h"
#include "lock/view.h"
#include "service/lease_handle.h"
#include "service/statistics/key_table.h"

// The parts that REST bodies are made of. Each writes one complete JSON value.

namespace holdfast::api::http {

void write_holder(JsonWriter& out, const lock::HolderInfo& holder);
void write_waiter(JsonWriter& out, const lock::WaiterInfo& waiter);
void write_grant(JsonWriter& out, const lock::Grant& grant);

// To its owner, with the handle; `handle` is scratch space.
void write_own_lease(JsonWriter& out, const lock::LeaseInfo& lease, const service::LeaseHandles& handles);
// A freshly opened one, with its (no) holds.
void write_opened_lease(JsonWriter& out, const lock::LeaseInfo& lease, const service::LeaseHandles& handles);
// To anybody, without the handle.
void write_lease(JsonWriter& out, const lock::LeaseView& lease, bool with_holds);

void write_settings(JsonWriter& out, const lock::Settings& settings);

// The members of a lock, without the braces, so that a caller may add its own.
// `statistics` are the key's, null where there are none.
void write_lock_members(JsonWriter& out, const lock::LockView& lock,
                        const service::KeyStatistics* statistics);
void write_lock(JsonWriter& out, const lock::LockView& lock, const service::KeyStatistics* statistics);

// The body of any reply that is no refusal.
void write_reply(JsonWriter& out, lock::Revision revision, const lock::Reply& reply,
                 const service::LeaseHandles& handles);

}  // namespace holdfast::api::http
