#include "api/dialects/terraform/lock_info.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "api/dialects/holder.h"
#include "api/http/json_reader.h"
#include "api/http/json_writer.h"
#include "lock/limits.h"
#include "service/rules.h"

namespace holdfast::api::terraform {
namespace {

service::MaybeFault read_text(const boost::json::object& info, std::string_view field, std::string& text) {
  const boost::json::value* const value = info.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_string()) return service::invalid(field, fmt::format("{} must be a text", field));
  text.assign(value->get_string().data(), value->get_string().size());
  return std::nullopt;
}

struct Shown {
  std::string id;
  std::string who;
  std::string operation;
  std::string info;
  lock::WallTime created{};  // the earliest: not known
};

std::string to_json(const Shown& shown, std::string_view key) {
  std::string json;
  http::JsonWriter out(json);
  out.begin_object();
  out.member("ID", shown.id);
  out.member("Operation", shown.operation);
  out.member("Info", shown.info);
  out.member("Who", shown.who);
  out.member("Version", "");
  out.member("Created", shown.created);
  out.member("Path", key);
  out.end_object();
  return json;
}

Shown shown_of(const lock::HolderInfo& holder) {
  return {.id = foreign_name(holder.dialect, holder.lease),
          .who = holder.owner,
          .operation = holder.reason,
          .info = fmt::format("held through Holdfast ({}), not by Terraform", lock::name_of(holder.dialect)),
          .created = holder.acquired_at};
}

Shown shown_of(const lock::WaiterInfo& waiter) {
  return {.id = fmt::format("waiter:{}", waiter.waiter.value),
          .who = waiter.owner,
          .operation = waiter.reason,
          .info = "free, and kept for who asked before until that asks again or gives up"};
}

}  // namespace

service::Checked<LockInfo> read_lock_info(std::string_view body, boost::json::storage_ptr memory) {
  const auto object = http::read_json(body, std::move(memory));
  if (!object) return object.error();
  LockInfo info;
  if (const auto fault = read_text(*object, "ID", info.id)) return *fault;
  if (const auto fault = read_text(*object, "Who", info.who)) return *fault;
  if (const auto fault = read_text(*object, "Operation", info.operation)) return *fault;
  if (info.id.empty()) return service::invalid("ID", "a LockInfo has an ID");
  info.json = boost::json::serialize(*object);
  if (info.json.size() > lock::kMaxMetadataBytes) {
    return service::Fault{service::Code::too_large,
                          fmt::format("a LockInfo has at most {} bytes", lock::kMaxMetadataBytes), ""};
  }
  return info;
}

std::string lock_info_of(const lock::Refused& refused) {
  if (!refused.holders.empty()) {
    const lock::HolderInfo& holder = refused.holders.front();
    if (holder.dialect == lock::Dialect::terraform && !holder.metadata.empty()) return holder.metadata;
    return to_json(shown_of(holder), refused.key);
  }
  if (!refused.blocked_by.empty()) return to_json(shown_of(refused.blocked_by.front()), refused.key);
  return to_json({.id = "closed", .info = "held by nobody, and kept closed for a while"}, refused.key);
}

}  // namespace holdfast::api::terraform
